import { createContext } from 'react';

/** What the things in an open dropdown know of it. */
export interface DropdownInside {
  readonly close: () => void;
  readonly role: 'menuitem' | undefined;
}

export const DropdownContext = createContext<DropdownInside>({
  close: () => undefined,
  role: undefined,
});
