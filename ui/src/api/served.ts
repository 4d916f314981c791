// What the listener that this page came from answers. Alertmanager's has its own pages alone.

import { pageMatches } from '../lib/pagePatterns';

function readPages(): readonly string[] {
  const given = document.querySelector<HTMLMetaElement>('meta[name="watchfire-pages"]')?.content;
  return (given ?? '').split(/\s+/).filter((path) => path !== '');
}

const pages = readPages();

export function isServed(path: string): boolean {
  return pages.length === 0 || pages.some((pattern) => pageMatches(pattern, path));
}

/** Where this listener opens. */
export const HOME = pages[0] ?? '/query';
