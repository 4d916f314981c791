// Lengths of time as text: scaled ("1.50 mins"), in words ("2 hours, 5 minutes") and as clocks.

import { toFixed } from './number';
import type { UnitText } from './format';

type Scale = readonly [from: number, divisor: number, name: string];

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const WEEK = 604_800;
const YEAR = 31_536_000;

const step = (size: number, name: string): Scale => [size, size, name];

/** Where each step begins and what it divides by, in the unit the values come in. */
const SCALES: Readonly<Record<string, readonly Scale[]>> = {
  ns: [
    step(1e3, 'µs'),
    step(1e6, 'ms'),
    step(1e9, 's'),
    step(6e10, 'min'),
    step(3.6e12, 'hour'),
    step(8.64e13, 'day'),
  ],
  µs: [step(1e3, 'ms'), step(1e6, 's')],
  ms: [
    step(1e3, 's'),
    step(6e4, 'min'),
    step(3.6e6, 'hour'),
    step(8.64e7, 'day'),
    step(YEAR * 1e3, 'year'),
  ],
  s: [
    step(1e-9, 'ns'),
    step(1e-6, 'µs'),
    step(1e-3, 'ms'),
    step(1, 's'),
    step(MINUTE, 'min'),
    step(HOUR, 'hour'),
    step(DAY, 'day'),
    step(WEEK, 'week'),
    [YEAR, 31_556_900, 'year'],
  ],
  // A year of minutes begins late; so it does where these dashboards come from.
  m: [step(60, 'hour'), step(1440, 'day'), step(10_080, 'week'), [604_800, 525_948, 'year']],
  h: [step(24, 'day'), step(168, 'week'), step(8760, 'year')],
  d: [step(7, 'week'), step(365, 'year')],
};

const SMALLEST: Readonly<Record<string, string>> = { s: 'ns', m: 'min', h: 'hour', d: 'day' };

const PLURAL = new Set(['min', 'hour', 'day', 'week', 'year']);

export function scaleDuration(unit: string, value: number, decimals?: number): UnitText {
  if (unit === 's' && value === 0) return { text: '0', prefix: '', suffix: ' s' };
  const size = Math.abs(value);
  let divisor = unit === 's' ? 1e-9 : 1;
  let name = SMALLEST[unit] ?? unit;
  // The smallest step of minutes and hours is an abbreviation, not a word.
  let plural = unit === 'd';
  for (const [from, by, called] of SCALES[unit] ?? []) {
    if (!(size >= from)) break;
    divisor = by;
    name = called;
    plural = true;
  }
  const s = plural && PLURAL.has(name) && size / divisor > 1 ? 's' : '';
  const scaled = divisor < 1 ? value * Math.round(1 / divisor) : value / divisor;
  return { text: toFixed(scaled, decimals), prefix: '', suffix: ` ${name}${s}` };
}

const WORDS: readonly (readonly [ms: number, name: string])[] = [
  [YEAR * 1e3, 'year'],
  [2_592_000_000, 'month'],
  [WEEK * 1e3, 'week'],
  [DAY * 1e3, 'day'],
  [HOUR * 1e3, 'hour'],
  [MINUTE * 1e3, 'minute'],
  [1e3, 'second'],
  [1, 'millisecond'],
];

/** The largest unit, and `more` smaller ones after it. */
export function durationInWords(value: number, unitMs: number, more = 0): UnitText {
  const suffix = value < 0 ? ' ago' : '';
  const unit = unitMs === 1 ? 'millisecond' : 'second';
  let rest = Math.abs(value) * unitMs;
  if (!Number.isFinite(rest)) return { text: toFixed(value), prefix: '', suffix: '' };
  const words: string[] = [];
  for (const [ms, name] of WORDS) {
    if (words.length > more) break;
    if (words.length === 0 && rest < ms) continue;
    const count = Math.floor(rest / ms);
    words.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    rest %= ms;
  }
  if (words.length === 0) return { text: '0', prefix: '', suffix: ` ${unit}s` };
  return { text: words.join(', '), prefix: '', suffix };
}

const pad = (value: number, width = 2) => String(value).padStart(width, '0');

/** hh:mm:ss, with the days in front where asked. */
export function durationAsTime(value: number, withDays: boolean): UnitText {
  if (!Number.isFinite(value)) return { text: toFixed(value), prefix: '', suffix: '' };
  const size = Math.abs(value);
  const days = withDays ? Math.floor(size / DAY) : 0;
  const rest = size - days * DAY;
  const time = [rest / HOUR, (rest % HOUR) / MINUTE, rest % MINUTE].map((part) =>
    pad(Math.floor(part)),
  );
  return {
    text: `${days > 0 ? `${days} d ` : ''}${time.join(':')}`,
    prefix: '',
    suffix: value < 0 ? ' ago' : '',
  };
}

/** 01h:02m:03s:004ms; `parts` more than the largest. */
export function clock(ms: number, parts?: number): UnitText {
  if (!Number.isFinite(ms)) return { text: toFixed(ms), prefix: '', suffix: '' };
  const size = Math.abs(ms);
  const all = [
    `${Math.floor(size / 3.6e6)}h`,
    `${pad(Math.floor(size / 6e4) % 60)}m`,
    `${pad(Math.floor(size / 1e3) % 60)}s`,
    `${pad(Math.floor(size) % 1000, 3)}ms`,
  ];
  const first = size >= 3.6e6 ? 0 : size >= 6e4 ? 1 : size >= 1e3 ? 2 : 3;
  const last = parts === undefined ? all.length : first + Math.max(0, parts) + 1;
  return { text: (ms < 0 ? '-' : '') + all.slice(first, last).join(':'), prefix: '', suffix: '' };
}
