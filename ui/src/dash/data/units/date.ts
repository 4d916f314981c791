// Dates as text, by the letters dashboards hold (`time:YYYY-MM-DD HH:mm`).

import { intlZone, zoneOffset } from './zone';

const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const DAY_MS = 86_400_000;
const MAX_TIME = 8.64e15;

const TOKEN =
  /\[[^\]]*\]|\\?(?:LTS|LT|L{1,4}|YYYY|YY|Y|Qo|Q|MMMM|MMM|MM|Mo|M|DDDD|DDDo|DDD|DD|Do|D|dddd|ddd|dd|do|d|E|e|gggg|gg|GGGG|GG|ww|wo|w|WW|Wo|W|HH|Hmmss|Hmm|H|hh|hmmss|hmm|h|kk|k|A|a|mm|m|ss|s|S{1,9}|ZZ|Z|zz|z|X|x|.)/gs;

const pad = (value: number, width = 2) => String(value).padStart(width, '0');

function ordinal(value: number): string {
  const tens = value % 100;
  if (tens >= 11 && tens <= 13) return `${value}th`;
  return `${value}${['th', 'st', 'nd', 'rd'][value % 10] ?? 'th'}`;
}

/** Week and its year; `first` is the day weeks begin with, `anchor` a date that is in week 1. */
function weekOf(wall: Date, first: number, anchor: number): { week: number; year: number } {
  const startOfWeekOne = (year: number) => {
    const day = new Date(Date.UTC(year, 0, anchor));
    return day.getTime() - ((day.getUTCDay() - first + 7) % 7) * DAY_MS;
  };
  const midnight = Math.floor(wall.getTime() / DAY_MS) * DAY_MS;
  let year = wall.getUTCFullYear();
  if (midnight >= startOfWeekOne(year + 1)) year++;
  else if (midnight < startOfWeekOne(year)) year--;
  return { year, week: Math.floor((midnight - startOfWeekOne(year)) / (7 * DAY_MS)) + 1 };
}

function offsetText(offset: number, colon: string): string {
  const minutes = Math.abs(Math.round(offset / 60_000));
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${colon}${pad(minutes % 60)}`;
}

function zoneName(time: number, zone: string): string {
  const timeZone = intlZone(zone);
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).formatToParts(time);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

interface Moment {
  /** The zone's clock, read with the getters of UTC. */
  readonly wall: Date;
  readonly time: number;
  readonly offset: number;
  readonly zone: string;
}

type Print = (moment: Moment) => string;

const iso = (wall: Date) => weekOf(wall, 1, 4);
const us = (wall: Date) => weekOf(wall, 0, 1);
const dayOfYear = (wall: Date) =>
  Math.floor((wall.getTime() - Date.UTC(wall.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
const hour12 = (wall: Date) => wall.getUTCHours() % 12 || 12;
const quarter = (wall: Date) => Math.floor(wall.getUTCMonth() / 3) + 1;
const month = (wall: Date) => MONTHS[wall.getUTCMonth()] ?? '';
const day = (wall: Date) => DAYS[wall.getUTCDay()] ?? '';

const PRINT: Readonly<Record<string, Print>> = {
  YYYY: ({ wall }) => pad(wall.getUTCFullYear(), 4),
  YY: ({ wall }) => pad(wall.getUTCFullYear() % 100),
  Y: ({ wall }) => String(wall.getUTCFullYear()),
  Q: ({ wall }) => String(quarter(wall)),
  Qo: ({ wall }) => ordinal(quarter(wall)),
  MMMM: ({ wall }) => month(wall),
  MMM: ({ wall }) => month(wall).slice(0, 3),
  MM: ({ wall }) => pad(wall.getUTCMonth() + 1),
  Mo: ({ wall }) => ordinal(wall.getUTCMonth() + 1),
  M: ({ wall }) => String(wall.getUTCMonth() + 1),
  DDDD: ({ wall }) => pad(dayOfYear(wall), 3),
  DDDo: ({ wall }) => ordinal(dayOfYear(wall)),
  DDD: ({ wall }) => String(dayOfYear(wall)),
  DD: ({ wall }) => pad(wall.getUTCDate()),
  Do: ({ wall }) => ordinal(wall.getUTCDate()),
  D: ({ wall }) => String(wall.getUTCDate()),
  dddd: ({ wall }) => day(wall),
  ddd: ({ wall }) => day(wall).slice(0, 3),
  dd: ({ wall }) => day(wall).slice(0, 2),
  do: ({ wall }) => ordinal(wall.getUTCDay()),
  d: ({ wall }) => String(wall.getUTCDay()),
  e: ({ wall }) => String(wall.getUTCDay()),
  E: ({ wall }) => String(wall.getUTCDay() || 7),
  gggg: ({ wall }) => pad(us(wall).year, 4),
  gg: ({ wall }) => pad(us(wall).year % 100),
  GGGG: ({ wall }) => pad(iso(wall).year, 4),
  GG: ({ wall }) => pad(iso(wall).year % 100),
  ww: ({ wall }) => pad(us(wall).week),
  wo: ({ wall }) => ordinal(us(wall).week),
  w: ({ wall }) => String(us(wall).week),
  WW: ({ wall }) => pad(iso(wall).week),
  Wo: ({ wall }) => ordinal(iso(wall).week),
  W: ({ wall }) => String(iso(wall).week),
  HH: ({ wall }) => pad(wall.getUTCHours()),
  H: ({ wall }) => String(wall.getUTCHours()),
  hh: ({ wall }) => pad(hour12(wall)),
  h: ({ wall }) => String(hour12(wall)),
  kk: ({ wall }) => pad(wall.getUTCHours() || 24),
  k: ({ wall }) => String(wall.getUTCHours() || 24),
  A: ({ wall }) => (wall.getUTCHours() < 12 ? 'AM' : 'PM'),
  a: ({ wall }) => (wall.getUTCHours() < 12 ? 'am' : 'pm'),
  mm: ({ wall }) => pad(wall.getUTCMinutes()),
  m: ({ wall }) => String(wall.getUTCMinutes()),
  ss: ({ wall }) => pad(wall.getUTCSeconds()),
  s: ({ wall }) => String(wall.getUTCSeconds()),
  Z: ({ offset }) => offsetText(offset, ':'),
  ZZ: ({ offset }) => offsetText(offset, ''),
  z: ({ time, zone }) => zoneName(time, zone),
  zz: ({ time, zone }) => zoneName(time, zone),
  X: ({ time }) => String(Math.floor(time / 1000)),
  x: ({ time }) => String(time),
};

/** Formats that stand for others. */
const LONG: Readonly<Record<string, string>> = {
  LTS: 'h:mm:ss A',
  LT: 'h:mm A',
  Hmm: 'H[]mm',
  Hmmss: 'H[]mm[]ss',
  hmm: 'h[]mm',
  hmmss: 'h[]mm[]ss',
  L: 'MM/DD/YYYY',
  LL: 'MMMM D, YYYY',
  LLL: 'MMMM D, YYYY h:mm A',
  LLLL: 'dddd, MMMM D, YYYY h:mm A',
};

function compile(format: string): Print[] {
  return (format.match(TOKEN) ?? []).flatMap((token): Print[] => {
    if (token.startsWith('[') && token.length > 1) return [() => token.slice(1, -1)];
    if (token.startsWith('\\')) return [() => token.slice(1)];
    if (token.startsWith('S')) {
      const { length } = token;
      return [({ wall }) => pad(wall.getUTCMilliseconds(), 3).padEnd(length, '0').slice(0, length)];
    }
    const long = LONG[token];
    if (long !== undefined) return compile(long);
    return [PRINT[token] ?? (() => token)];
  });
}

const compiled = new Map<string, Print[]>();

export function formatDate(time: number, format: string, zone: string): string {
  if (!(Math.abs(time) <= MAX_TIME)) return 'Invalid date';
  let prints = compiled.get(format);
  if (prints === undefined) {
    if (compiled.size > 200) compiled.clear();
    compiled.set(format, (prints = compile(format)));
  }
  const offset = zoneOffset(time, zone);
  const moment = { wall: new Date(time + offset), time: Math.trunc(time), offset, zone };
  let text = '';
  for (const print of prints) text += print(moment);
  return text;
}

export function sameDay(a: number, b: number, zone: string): boolean {
  const dayOf = (time: number) => Math.floor((time + zoneOffset(time, zone)) / DAY_MS);
  return dayOf(a) === dayOf(b);
}

/** As the reader's language writes a date. */
export function localDate(time: number, zone: string, withDate: boolean): string {
  if (!(Math.abs(time) <= MAX_TIME)) return 'Invalid date';
  const timeZone = intlZone(zone);
  return new Intl.DateTimeFormat(undefined, {
    ...(withDate ? { year: 'numeric', month: '2-digit', day: '2-digit' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(time);
}

/** Upper bound of the count, of what, and how many of the unit before make one. */
const STEPS: readonly (readonly [limit: number, unit: string, size: number])[] = [
  [45, 'minute', 60],
  [22, 'hour', 60],
  [26, 'day', 24],
  [11, 'month', 30.436875],
  [Infinity, 'year', 12],
];

function span(ms: number): string {
  let count = ms / 1000;
  if (Math.round(count) < 45) return 'a few seconds';
  for (const [limit, unit, size] of STEPS) {
    count /= size;
    const whole = Math.round(count);
    if (whole <= 1) return `${unit === 'hour' ? 'an' : 'a'} ${unit}`;
    if (whole < limit) return `${whole} ${unit}s`;
  }
  return '';
}

/** "5 minutes ago", "in 2 hours". */
export function fromNow(time: number, now: number): string {
  if (!(Math.abs(time) <= MAX_TIME)) return 'Invalid date';
  const words = span(Math.abs(time - now));
  return time > now ? `in ${words}` : `${words} ago`;
}
