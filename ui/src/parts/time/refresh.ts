// How often a page asks again: "30s" as written, "auto" by the width of what is shown, "" never.

import { parseInterval } from '../../dash/time';

export const REFRESH_INTERVALS: readonly string[] = [
  '5s',
  '10s',
  '30s',
  '1m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '1d',
];

const FASTEST_MS = 1000;
const FASTEST_AUTO_MS = 5000;
const AUTO_STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Once per pixel that a new point would take, in steps that people know. */
export function autoRefreshMs(rangeMs: number, widthPx = 1000): number {
  const wanted = rangeMs / Math.max(widthPx, 100) / 1000;
  const step = AUTO_STEPS_S.find((one) => one >= wanted) ?? 3600;
  return Math.max(step * 1000, FASTEST_AUTO_MS);
}

/** Null: not at all. `least` is what the server allows, as in "5s". */
export function refreshMs(refresh: string, rangeMs: number, least = ''): number | null {
  const floor = Math.max(parseInterval(least) ?? FASTEST_MS, FASTEST_MS);
  if (refresh === 'auto') return Math.max(autoRefreshMs(rangeMs), floor);
  const every = parseInterval(refresh);
  return every === null ? null : Math.max(every, floor);
}

/** What is offered: those the server allows, and the one in use although it is not among them. */
export function refreshChoices(
  offered: readonly string[],
  chosen: string,
  least = '',
): readonly string[] {
  const floor = parseInterval(least) ?? 0;
  const list = (offered.length > 0 ? offered : REFRESH_INTERVALS).filter(
    (one) => one !== '' && one !== 'auto' && (parseInterval(one) ?? -1) >= floor,
  );
  const all = chosen === '' || chosen === 'auto' ? list : [...list, chosen];
  return [...new Set(all)].sort((a, b) => (parseInterval(a) ?? 0) - (parseInterval(b) ?? 0));
}
