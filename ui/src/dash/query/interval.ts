// How far apart the points of a panel are: as wide as its pixels allow, rounded to steps that people
// count in. The server derives step and rate interval from what is decided here.

import type { TimeRangeMs } from '../frame';
import { parseInterval } from '../time';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Below the first number (exclusive) the second is taken. */
const ROUNDING: readonly (readonly [number, number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1500, 1000],
  [3500, 2000],
  [7500, 5000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, MINUTE],
  [3.5 * MINUTE, 2 * MINUTE],
  [7.5 * MINUTE, 5 * MINUTE],
  [12.5 * MINUTE, 10 * MINUTE],
  [17.5 * MINUTE, 15 * MINUTE],
  [25 * MINUTE, 20 * MINUTE],
  [45 * MINUTE, 30 * MINUTE],
  [90 * MINUTE, HOUR],
  [2.5 * HOUR, 2 * HOUR],
  [4.5 * HOUR, 3 * HOUR],
  [9 * HOUR, 6 * HOUR],
  [DAY, 12 * HOUR],
  [7 * DAY, DAY],
  [21 * DAY, 7 * DAY],
  [42 * DAY, 30 * DAY],
];

export function roundInterval(ms: number): number {
  return ROUNDING.find(([below]) => ms < below)?.[1] ?? 365 * DAY;
}

const DEFAULT_MIN = 15_000;
const DEFAULT_POINTS = 500;

export interface PanelInterval {
  readonly intervalMs: number;
  readonly maxDataPoints: number;
}

/**
 * `minInterval` is the panel's with variables filled in ("" for none, a leading ">" is allowed),
 * `sourceInterval` the scrape interval of its data source.
 */
export function panelInterval(
  panel: { readonly maxDataPoints: number | null; readonly minInterval: string },
  range: TimeRangeMs,
  widthPx: number,
  sourceInterval: string,
): PanelInterval {
  const wanted = panel.maxDataPoints ?? (widthPx > 0 ? Math.floor(widthPx) : DEFAULT_POINTS);
  const maxDataPoints = Math.min(Math.max(wanted, 1), 11_000);
  const low =
    parseInterval(panel.minInterval.trim().replace(/^>/, '')) ??
    parseInterval(sourceInterval) ??
    DEFAULT_MIN;
  const rounded = roundInterval((range.to - range.from) / maxDataPoints);
  return { intervalMs: Math.max(rounded, low), maxDataPoints };
}

const NAMES: readonly (readonly [number, string])[] = [
  [365 * DAY, 'y'],
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'm'],
  [1000, 's'],
];

/** "30s", "1m30s", "1d": what PromQL reads back as the same. */
export function formatInterval(ms: number): string {
  let rest = Math.max(Math.round(ms), 1);
  let text = '';
  for (const [size, unit] of NAMES) {
    const count = Math.floor(rest / size);
    if (count === 0) continue;
    text += `${count}${unit}`;
    rest -= count * size;
  }
  return rest > 0 ? `${text}${rest}ms` : text;
}
