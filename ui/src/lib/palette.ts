// Which of the ten series colours a label set gets.

import { formatSeries, type Labels } from './labels';

export const SERIES_COLOURS = 10;

/** FNV-1a over the series' text: the same on every page, in every session. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  // A last stir, because the low digit of FNV follows the last letter too closely.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}

/**
 * A slot for each series. A series takes the slot its hash names, in whatever panel it stands;
 * only when two of one panel name the same and others are still free does the later one (by
 * hash, not by position) step aside.
 */
export function assignColours(series: readonly Labels[]): number[] {
  const hashes = series.map((labels) => hashText(formatSeries(labels)));
  const order = hashes.map((_, i) => i).sort((a, b) => (hashes[a] ?? 0) - (hashes[b] ?? 0));
  const slots = new Array<number>(series.length).fill(0);
  const taken = new Set<number>();
  for (const i of order) {
    let slot = (hashes[i] ?? 0) % SERIES_COLOURS;
    if (taken.size < SERIES_COLOURS) {
      while (taken.has(slot)) slot = (slot + 1) % SERIES_COLOURS;
    }
    taken.add(slot);
    slots[i] = slot;
  }
  return slots;
}
