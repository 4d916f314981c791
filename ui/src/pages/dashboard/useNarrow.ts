import { useSyncExternalStore } from 'react';

const query = window.matchMedia('(max-width: 860px)');

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** The bar has no room for the controls of a dashboard. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches);
}
