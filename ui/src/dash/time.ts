// Ranges as dashboards write them: "now-6h/d", "now/fy", an ISO time, milliseconds since 1970; and
// what people do with them: read, shift, zoom. Months and days are those of a zone's calendar.

import type { TimeRangeMs } from './frame';
import { formatDate } from './data/units/date';
import { fromCalendar, toCalendar, weekday, type Calendar } from './zone';

/** A range as it stands in addresses and dashboards. */
export interface RawRange {
  readonly from: string;
  readonly to: string;
}

export interface TimeContext {
  readonly now: number;
  readonly timezone: string;
  /** 0 is January. */
  readonly fiscalYearStartMonth?: number;
  /** "monday", "saturday", "sunday"; "" is Monday. */
  readonly weekStart?: string;
}

const FIXED = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'Q' | 'y' | 'fQ' | 'fy';

const UNITS: readonly Unit[] = ['ms', 's', 'm', 'h', 'd', 'w', 'M', 'Q', 'y', 'fQ', 'fy'];

function isUnit(word: string): word is Unit {
  return UNITS.some((unit) => unit === word);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function addMonths(at: Calendar, count: number): Calendar {
  const index = at.year * 12 + at.month - 1 + count;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  return { ...at, year, month, day: Math.min(at.day, daysIn(year, month)) };
}

function add(ms: number, count: number, unit: Unit, zone: string): number {
  const fixed = FIXED.get(unit);
  if (fixed !== undefined) return ms + count * fixed;
  const at = toCalendar(ms, zone);
  if (unit === 'd' || unit === 'w') {
    const days = Math.round(count * (unit === 'w' ? 7 : 1));
    return fromCalendar({ ...at, day: at.day + days }, zone);
  }
  const months = unit === 'M' ? 1 : unit === 'Q' || unit === 'fQ' ? 3 : 12;
  return fromCalendar(addMonths(at, count * months), zone);
}

const WEEK_STARTS = new Map([
  ['sunday', 0],
  ['monday', 1],
  ['saturday', 6],
]);

function startOf(ms: number, unit: Unit, context: TimeContext): number {
  const zone = context.timezone;
  const fixed = FIXED.get(unit);
  const at = toCalendar(ms, zone);
  const midnight = { ...at, hour: 0, minute: 0, second: 0, ms: 0 };
  const fiscal = context.fiscalYearStartMonth ?? 0;
  const monthStart = (back: number) =>
    fromCalendar(addMonths({ ...midnight, day: 1 }, -back), zone);
  if (unit === 'h') {
    return fromCalendar({ ...midnight, hour: at.hour }, zone);
  }
  if (fixed !== undefined) return Math.floor(ms / fixed) * fixed;
  if (unit === 'd') return fromCalendar(midnight, zone);
  if (unit === 'w') {
    const first = WEEK_STARTS.get((context.weekStart ?? '').toLowerCase()) ?? 1;
    const back = (weekday(at) - first + 7) % 7;
    return fromCalendar({ ...midnight, day: at.day - back }, zone);
  }
  if (unit === 'M') return monthStart(0);
  if (unit === 'Q') return monthStart((at.month - 1) % 3);
  if (unit === 'y') return monthStart(at.month - 1);
  const since = (at.month - 1 - fiscal + 12) % 12;
  return monthStart(unit === 'fQ' ? since % 3 : since);
}

function round(ms: number, unit: Unit, up: boolean, context: TimeContext): number {
  const start = startOf(ms, unit, context);
  if (!up) return start;
  const step = unit === 'fQ' ? 'Q' : unit === 'fy' ? 'y' : unit;
  return add(start, 1, step, context.timezone) - 1;
}

const STEP = /^(?:\/(fQ|fy|ms|[smhdwMQy])|([+-])(\d*)(fQ|fy|ms|[smhdwMQy]))/;

function applyMath(start: number, math: string, up: boolean, context: TimeContext): number | null {
  let at = start;
  let rest = math.replace(/\s+/g, '');
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (match === null) return null;
    rest = rest.slice(match[0].length);
    const unit = match[1] ?? match[4] ?? '';
    if (!isUnit(unit)) return null;
    if (match[1] !== undefined) {
      at = round(at, unit, up, context);
    } else {
      const count = match[3] === undefined || match[3] === '' ? 1 : Number(match[3]);
      if (count > 1e6) return null;
      at = add(at, match[2] === '-' ? -count : count, unit, context.timezone);
    }
  }
  return Number.isFinite(at) ? at : null;
}

const CALENDAR =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?$/;

function parseAbsolute(text: string, up: boolean, zone: string): number | null {
  if (/^-?\d{9,}$/.test(text)) return Number(text);
  // Compact forms that old addresses hold: 20260131T040506.
  const compact = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})$/.exec(text);
  const plain = compact === null ? text : text.replace(compact[0], isoOf(compact));
  const match = CALENDAR.exec(plain);
  if (match !== null) {
    const part = (i: number, empty = 0) => (match[i] === undefined ? empty : Number(match[i]));
    const day = match[4] === undefined;
    const at: Calendar = {
      year: part(1),
      month: part(2),
      day: part(3),
      hour: day && up ? 23 : part(4),
      minute: day && up ? 59 : part(5),
      second: day && up ? 59 : part(6),
      ms: day && up ? 999 : Number((match[7] ?? '').padEnd(3, '0') || 0),
    };
    const sound = at.month >= 1 && at.month <= 12 && at.day <= daysIn(at.year, at.month);
    return sound && at.hour < 24 && at.minute < 60 ? fromCalendar(at, zone) : null;
  }
  const iso = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(iso) ? null : iso;
}

function isoOf(parts: readonly string[]): string {
  const [, y = '', mo = '', d = '', h = '', mi = '', s = ''] = parts;
  return `${y}-${mo}-${d}T${h}:${mi}:${s}`;
}

/** Null where it is no time. `up`: rounding takes the end of the unit, as for the end of a range. */
export function parseTime(text: string | number, up: boolean, context: TimeContext): number | null {
  if (typeof text === 'number') return Number.isFinite(text) ? text : null;
  const trimmed = text.trim();
  if (trimmed.startsWith('now')) return applyMath(context.now, trimmed.slice(3), up, context);
  const bars = trimmed.indexOf('||');
  if (bars > 0) {
    const start = parseAbsolute(trimmed.slice(0, bars), false, context.timezone);
    return start === null ? null : applyMath(start, trimmed.slice(bars + 2), up, context);
  }
  return parseAbsolute(trimmed, up, context.timezone);
}

/** Never fails: what cannot be read counts as the last six hours. */
export function resolveRange(range: RawRange, context: TimeContext): TimeRangeMs {
  const to = parseTime(range.to, true, context) ?? context.now;
  const from = parseTime(range.from, false, context) ?? to - 6 * 3_600_000;
  return from <= to ? { from, to } : { from: to, to: from };
}

export function isRelative(range: RawRange): boolean {
  return range.from.includes('now') || range.to.includes('now');
}

const MINUTE_FORMAT = 'YYYY-MM-DD HH:mm:ss';

/** As a field of the range picker shows it: an expression as it stands, a moment by the calendar. */
export function formatTimeText(text: string, zone: string): string {
  if (text.includes('now')) return text;
  const at = parseAbsolute(text.trim(), false, zone);
  return at === null ? text : formatDate(at, MINUTE_FORMAT, zone);
}

export const QUICK_RANGES: readonly (RawRange & { readonly display: string })[] = [
  ...quickLast([5, 15, 30], 'm', 'minutes'),
  { from: 'now-1h', to: 'now', display: 'Last 1 hour' },
  ...quickLast([3, 6, 12, 24], 'h', 'hours'),
  ...quickLast([2, 7, 30, 90], 'd', 'days'),
  ...quickLast([6], 'M', 'months'),
  { from: 'now-1y', to: 'now', display: 'Last 1 year' },
  ...quickLast([2, 5], 'y', 'years'),
  { from: 'now-1d/d', to: 'now-1d/d', display: 'Yesterday' },
  { from: 'now-2d/d', to: 'now-2d/d', display: 'Day before yesterday' },
  { from: 'now-7d/d', to: 'now-7d/d', display: 'This day last week' },
  { from: 'now-1w/w', to: 'now-1w/w', display: 'Previous week' },
  { from: 'now-1M/M', to: 'now-1M/M', display: 'Previous month' },
  { from: 'now-1Q/fQ', to: 'now-1Q/fQ', display: 'Previous fiscal quarter' },
  { from: 'now-1y/y', to: 'now-1y/y', display: 'Previous year' },
  { from: 'now-1y/fy', to: 'now-1y/fy', display: 'Previous fiscal year' },
  { from: 'now/d', to: 'now/d', display: 'Today' },
  { from: 'now/d', to: 'now', display: 'Today so far' },
  { from: 'now/w', to: 'now/w', display: 'This week' },
  { from: 'now/w', to: 'now', display: 'This week so far' },
  { from: 'now/M', to: 'now/M', display: 'This month' },
  { from: 'now/M', to: 'now', display: 'This month so far' },
  { from: 'now/y', to: 'now/y', display: 'This year' },
  { from: 'now/y', to: 'now', display: 'This year so far' },
  { from: 'now/fQ', to: 'now', display: 'This fiscal quarter so far' },
  { from: 'now/fQ', to: 'now/fQ', display: 'This fiscal quarter' },
  { from: 'now/fy', to: 'now', display: 'This fiscal year so far' },
  { from: 'now/fy', to: 'now/fy', display: 'This fiscal year' },
];

function quickLast(counts: readonly number[], unit: string, word: string) {
  return counts.map((n) => ({ from: `now-${n}${unit}`, to: 'now', display: `Last ${n} ${word}` }));
}

const UNIT_WORDS = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['M', 'month'],
  ['Q', 'quarter'],
  ['y', 'year'],
]);

/** "Last 5 minutes", "Yesterday", "2026-01-05 04:03:00 to 2026-01-05 05:03:00". */
export function describeRange(
  range: RawRange,
  zone: string,
  more: readonly (RawRange & { readonly display: string })[] = [],
): string {
  const known = [...more, ...QUICK_RANGES].find((q) => q.from === range.from && q.to === range.to);
  if (known !== undefined) return known.display;
  const last = /^now-(\d+)([smhdwMQy])$/.exec(range.from);
  if (last !== null && range.to === 'now') {
    const word = UNIT_WORDS.get(last[2] ?? '') ?? '';
    return `Last ${last[1] ?? ''} ${word}${last[1] === '1' ? '' : 's'}`;
  }
  return `${formatTimeText(range.from, zone)} to ${formatTimeText(range.to, zone)}`;
}

function absolute(from: number, to: number): RawRange {
  return { from: String(Math.round(from)), to: String(Math.round(to)) };
}

/** Half a range back or on; what would end in the future ends now. */
export function shiftRange(range: TimeRangeMs, direction: -1 | 1, now: number): RawRange {
  const half = ((range.to - range.from) / 2) * direction;
  const over = direction > 0 ? Math.max(0, range.to + half - Math.max(now, range.to)) : 0;
  return absolute(range.from + half - over, range.to + half - over);
}

/** Twice as wide about the middle; the end is kept from the future unless it was there before. */
export function zoomOut(range: TimeRangeMs, now: number, factor = 2): RawRange {
  const width = Math.max(range.to - range.from, 1000) * factor;
  const middle = (range.from + range.to) / 2;
  const to = Math.min(middle + width / 2, Math.max(now, range.to));
  return absolute(to - width, to);
}

const DURATION_UNITS = new Map<string, number>([
  ...FIXED,
  ['d', 86_400_000],
  ['w', 7 * 86_400_000],
  ['M', 30 * 86_400_000],
  ['y', 365 * 86_400_000],
]);

/** "30s", "1h30m", "1M" in milliseconds; null where it is none. */
export function parseInterval(text: string): number | null {
  const word = text.trim();
  if (!/^(\d+(\.\d+)?(ms|[smhdwMy]))+$/.test(word)) return null;
  let total = 0;
  for (const [, count = '', unit = ''] of word.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwMy])/g)) {
    total += Number(count) * (DURATION_UNITS.get(unit) ?? 0);
  }
  return Number.isFinite(total) && total > 0 ? total : null;
}
