import { createContext, use, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

/** The place in the top bar that belongs to the page shown. */
export const PageBarSlot = createContext<HTMLElement | null>(null);

export interface PageBarProps {
  children: ReactNode;
}

export function PageBar({ children }: PageBarProps) {
  const slot = use(PageBarSlot);
  return slot === null ? null : createPortal(children, slot);
}
