// A month as a sheet of weeks. Days are counted in a zone's calendar and named by year-month-day.

import { fromCalendar, toCalendar, weekday } from '../../dash/zone';

export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function dayText({ year, month, day }: Day): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

export function dayOf(ms: number, zone: string): Day {
  const { year, month, day } = toCalendar(ms, zone);
  return { year, month, day };
}

/** Normalised: day 0 is the last of the month before. */
export function moveDay(from: Day, by: { readonly days?: number; readonly months?: number }): Day {
  const first = new Date(Date.UTC(from.year, from.month - 1 + (by.months ?? 0), 1));
  const length = new Date(
    Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0),
  ).getUTCDate();
  const day = by.months === undefined ? from.day : Math.min(from.day, length);
  const moved = new Date(
    Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), day + (by.days ?? 0)),
  );
  return {
    year: moved.getUTCFullYear(),
    month: moved.getUTCMonth() + 1,
    day: moved.getUTCDate(),
  };
}

export function startOfDay(day: Day, zone: string): number {
  return fromCalendar({ ...day, hour: 0, minute: 0, second: 0, ms: 0 }, zone);
}

const STARTS = new Map([
  ['sunday', 0],
  ['saturday', 6],
]);

/** Six weeks that hold the month; `weekStart` as dashboards name it, Monday unless said. */
export function monthSheet(shown: Day, weekStart: string): readonly (readonly Day[])[] {
  const first = { ...shown, day: 1 };
  const start = STARTS.get(weekStart.toLowerCase()) ?? 1;
  const lead = (weekday({ ...first, hour: 0, minute: 0, second: 0, ms: 0 }) - start + 7) % 7;
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (__, i) => moveDay(first, { days: week * 7 + i - lead })),
  );
}

export function weekdayNames(weekStart: string): readonly string[] {
  const names = ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa'];
  const start = STARTS.get(weekStart.toLowerCase()) ?? 1;
  return [...names.slice(start), ...names.slice(0, start)];
}

const MONTHS =
  'January February March April May June July August September October November December';

export function monthTitle({ year, month }: Day): string {
  return `${MONTHS.split(' ')[month - 1] ?? ''} ${year}`;
}

export function sameDay(a: Day, b: Day): boolean {
  return a.year === b.year && a.month === b.month && a.day === b.day;
}
