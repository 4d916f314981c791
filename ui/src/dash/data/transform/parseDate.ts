// A date out of text, by a format or as it comes.

import { fromCalendar } from '../../zone';

const PARTS: Readonly<Record<string, readonly [name: string, pattern: string]>> = {
  YYYY: ['year', '\\d{4}'],
  YY: ['short', '\\d{2}'],
  MMMM: ['word', '[A-Za-z]+'],
  MMM: ['word', '[A-Za-z]+'],
  MM: ['month', '\\d{1,2}'],
  M: ['month', '\\d{1,2}'],
  DD: ['day', '\\d{1,2}'],
  D: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{1,2}'],
  H: ['hour', '\\d{1,2}'],
  hh: ['hour', '\\d{1,2}'],
  h: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{1,2}'],
  m: ['minute', '\\d{1,2}'],
  ss: ['second', '\\d{1,2}'],
  s: ['second', '\\d{1,2}'],
  SSS: ['ms', '\\d{1,3}'],
  A: ['half', '[AaPp][Mm]'],
  a: ['half', '[AaPp][Mm]'],
  X: ['seconds', '-?\\d+(?:\\.\\d+)?'],
  x: ['millis', '-?\\d+'],
};

const TOKEN = /YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|A|a|X|x|[\s\S]/g;
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

function patternOf(format: string): RegExp {
  const seen = new Set<string>();
  const parts = (format.match(TOKEN) ?? []).map((token) => {
    const [name, pattern] = PARTS[token] ?? [];
    if (name === undefined || pattern === undefined || seen.has(name)) {
      return token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    }
    seen.add(name);
    return `(?<${name}>${pattern})`;
  });
  return new RegExp(`^\\s*${parts.join('')}`);
}

function byFormat(value: string, format: string, zone: string): number | null {
  const found: Readonly<Record<string, string | undefined>> | undefined =
    patternOf(format).exec(value)?.groups;
  if (found === undefined) return null;
  const { seconds, millis, short, word, half } = found;
  if (seconds !== undefined) return Number(seconds) * 1000;
  if (millis !== undefined) return Number(millis);
  const of = (name: string, otherwise: number) => Number(found[name] ?? otherwise);
  const hour = of('hour', 0);
  const afternoon = half?.toLowerCase() === 'pm';
  const month =
    word === undefined ? of('month', 1) : MONTHS.indexOf(word.slice(0, 3).toLowerCase()) + 1;
  return fromCalendar(
    {
      year: short === undefined ? of('year', new Date().getFullYear()) : 2000 + Number(short),
      month,
      day: of('day', 1),
      hour: half === undefined ? hour : (hour % 12) + (afternoon ? 12 : 0),
      minute: of('minute', 0),
      second: of('second', 0),
      ms: of('ms', 0),
    },
    zone,
  );
}

/** Null where it is no date. */
export function parseDate(value: string, format: string, zone: string): number | null {
  const time = format === '' ? Date.parse(value) : byFormat(value, format, zone);
  return time === null || Number.isNaN(time) ? null : time;
}
