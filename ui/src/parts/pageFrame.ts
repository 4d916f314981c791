// What a page says to the frame around it: its name where only it knows it, where it lies, its own
// keys, and that it wants the whole window.

import { useEffect, useSyncExternalStore } from 'react';

export interface Crumb {
  readonly name: string;
  readonly href: string;
}

export interface PageFrame {
  readonly title: string;
  readonly crumbs: readonly Crumb[];
  /** `bare`: no rail; `none`: no bar either. */
  readonly chrome: 'full' | 'bare' | 'none';
  readonly keys: readonly {
    readonly title: string;
    readonly keys: readonly (readonly [string, string])[];
  }[];
}

let shown: PageFrame | null = null;
const listeners = new Set<() => void>();

function show(next: PageFrame | null): void {
  shown = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For the page: give it the same object as long as nothing changed. */
export function usePageFrame(frame: PageFrame | null): void {
  useEffect(() => {
    show(frame);
    return () => show(null);
  }, [frame]);
}

/** For the frame around; null where the page has nothing of its own to say. */
export function useShownFrame(): PageFrame | null {
  return useSyncExternalStore(subscribe, () => shown);
}
