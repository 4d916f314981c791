// The words under a time axis, in any zone.

import { formatDate } from '../../dash/data/units/date';
import { toCalendar } from '../../dash/zone';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const TIME_STEPS: number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650].map((n) => n * DAY),
];

/** The clock, and the day on a second line where it first appears. */
export function timeTicks(ticks: readonly number[], stepMs: number, zone: string): string[] {
  let lastDay = '';
  return ticks.map((ms) => {
    if (stepMs >= 365 * DAY) return formatDate(ms, 'YYYY', zone);
    if (stepMs >= 28 * DAY) return formatDate(ms, 'MMM YYYY', zone);
    const day = formatDate(ms, 'D MMM', zone);
    if (stepMs >= DAY) return day;
    const pattern = stepMs < SECOND ? 'mm:ss.SSS' : stepMs < MINUTE ? 'HH:mm:ss' : 'HH:mm';
    const clock = formatDate(ms, pattern, zone);
    const text = day === lastDay ? clock : `${clock}\n${day}`;
    lastDay = day;
    return text;
  });
}

/** `2026-11-21 03:40:24`, with milliseconds only where there are any. */
export function momentText(ms: number, zone: string): string {
  const pattern = toCalendar(ms, zone).ms === 0 ? 'YYYY-MM-DD HH:mm:ss' : 'YYYY-MM-DD HH:mm:ss.SSS';
  return formatDate(ms, pattern, zone);
}

/** A stretch in two sizes at most: `2 h 5 min`, `45 s`. */
export function stretchText(ms: number): string {
  const sizes: [string, number][] = [
    ['d', DAY],
    ['h', HOUR],
    ['min', MINUTE],
    ['s', SECOND],
    ['ms', 1],
  ];
  const first = sizes.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0 s';
  let rest = Math.round(ms);
  const parts: string[] = [];
  for (const [name, size] of sizes.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && (name !== 'ms' || first >= 3)) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}
