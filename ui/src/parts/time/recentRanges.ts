// The absolute ranges that this browser looked at last: the way back to yesterday's incident.

import { isRelative, type RawRange } from '../../dash/time';
import { recall, remember } from '../../lib/storage';

const KEY = 'ranges';
const KEPT = 4;

export function withRecent(known: readonly RawRange[], range: RawRange): readonly RawRange[] {
  if (isRelative(range)) return known;
  const others = known.filter((one) => one.from !== range.from || one.to !== range.to);
  return [range, ...others].slice(0, KEPT);
}

export function parseRecent(text: string | null): readonly RawRange[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((one: unknown): readonly RawRange[] => {
    if (typeof one !== 'object' || one === null || !('from' in one) || !('to' in one)) return [];
    const { from, to } = one;
    return typeof from === 'string' && typeof to === 'string' ? [{ from, to }] : [];
  });
}

export function recentRanges(): readonly RawRange[] {
  return parseRecent(recall(KEY)).slice(0, KEPT);
}

export function rememberRange(range: RawRange): void {
  remember(KEY, JSON.stringify(withRecent(recentRanges(), range)));
}
