import { useSyncExternalStore } from 'react';
import { recall, remember } from '../lib/storage';

export type ColourScheme = 'light' | 'dark' | 'auto';

const KEY = 'theme';
const listeners = new Set<() => void>();
const system = window.matchMedia('(prefers-color-scheme: dark)');

function chosen(): ColourScheme {
  const kept = recall(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

let scheme = chosen();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  system.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener('change', listener);
  };
}

/** The person's choice for this browser. The page's first script puts it on before all else. */
export function setColourScheme(next: ColourScheme): void {
  scheme = next;
  remember(KEY, next);
  if (next === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  for (const listener of listeners) listener();
}

/** Another one for a while; gives back how to return to the person's choice. */
export function lendColourScheme(lent: 'light' | 'dark'): () => void {
  const show = (next: ColourScheme) => {
    scheme = next;
    if (next === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = next;
    for (const listener of listeners) listener();
  };
  show(lent);
  return () => show(chosen());
}

export function useColourScheme(): ColourScheme {
  return useSyncExternalStore(subscribe, () => scheme);
}

/** What is in fact shown. */
export function useShownScheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () =>
    scheme === 'auto' ? (system.matches ? 'dark' : 'light') : scheme,
  );
}
