// Values with units, by Grafana's unit ids and its custom forms. An id nobody knows is a sign that
// is shown behind the number.

import { formatDate, fromNow, localDate, sameDay } from './date';
import { clock, durationAsTime, durationInWords, scaleDuration } from './duration';
import { specialText, toFixed } from './number';
import { COUNT, FIXED, IEC, MONEY, SI } from './table';

export interface UnitText {
  readonly text: string;
  readonly prefix: string;
  readonly suffix: string;
}

export interface UnitContext {
  /** "browser", "utc" or an IANA name. */
  readonly timezone?: string;
  /** Dates with milliseconds. */
  readonly showMs?: boolean;
  readonly now?: number;
}

export type UnitFormatter = (value: number, decimals?: number, context?: UnitContext) => UnitText;

const SI_PREFIXES = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SI_BASE = 5;
const IEC_PREFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];
const SHORT = ['', ' K', ' Mil', ' Bil', ' Tri', ' Quadr', ' Quint', ' Sext', ' Sept'];
const COUNTS = ['', 'K', 'M', 'B', 'T'];

const plain = (text: string, suffix = '', prefix = ''): UnitText => ({ text, prefix, suffix });

/** `base` is the place in `suffixes` of a value between 1 and `factor`. */
function scaled(factor: number, suffixes: readonly string[], base: number): UnitFormatter {
  const top = suffixes.length - 1;
  const perPower = Math.log10(factor);
  return (value, decimals) => {
    if (!Number.isFinite(value)) return plain(specialText(value));
    const power = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)) / perPower);
    const place = Math.min(Math.max(base + power, 0), top);
    return plain(toFixed(value / factor ** (place - base), decimals), suffixes[place]);
  };
}

const fixed = (sign: string): UnitFormatter =>
  sign === ''
    ? (value, decimals) => plain(toFixed(value, decimals))
    : (value, decimals) => plain(toFixed(value, decimals), ` ${sign}`);

const prefixed =
  (sign: string): UnitFormatter =>
  (value, decimals) =>
    plain(toFixed(value, decimals), '', sign);

const si = (sign: string, power = 0) =>
  scaled(
    1000,
    SI_PREFIXES.map((prefix) => ` ${prefix}${sign}`),
    SI_BASE + power,
  );

const iec = (sign: string, power = 0) =>
  scaled(
    1024,
    IEC_PREFIXES.map((prefix) => ` ${prefix}${sign}`),
    power,
  );

const count = (sign: string) =>
  scaled(
    1000,
    COUNTS.map((letter) => `${letter} ${sign}`),
    0,
  );

function money(sign: string, after = false): UnitFormatter {
  const scale = scaled(1000, after ? COUNTS.map((letter) => letter + sign) : COUNTS, 0);
  return (value, decimals) => {
    const { text, suffix } = scale(Math.abs(value), decimals);
    return plain(text, suffix, (value < 0 ? '-' : '') + (after ? '' : sign));
  };
}

/** Every digit, as the reader's language groups them. */
function wholeMoney(sign: string, after: boolean): UnitFormatter {
  return (value, decimals) => {
    const text = value.toLocaleString(undefined, {
      minimumFractionDigits: digits(decimals) ?? 0,
      maximumFractionDigits: digits(decimals) ?? 1,
    });
    return after ? plain(text, sign) : plain(text, '', sign);
  };
}

const truth =
  (yes: string, no: string): UnitFormatter =>
  (value) =>
    plain(value !== 0 && !Number.isNaN(value) ? yes : no);

function hex(lead: string): UnitFormatter {
  return (value, decimals) => {
    if (!Number.isFinite(value)) return plain(specialText(value));
    const text = Number(toFixed(Math.abs(value), decimals))
      .toString(16)
      .toUpperCase();
    return plain((value < 0 ? '-' : '') + lead + text);
  };
}

const digits = (decimals: number | undefined) =>
  decimals === undefined ? undefined : Math.min(Math.max(0, Math.round(decimals)), 20);

function locale(value: number, decimals?: number): UnitText {
  const most = digits(decimals);
  return plain(
    value.toLocaleString(undefined, most === undefined ? {} : { maximumFractionDigits: most }),
  );
}

function date(format: string, today?: string): UnitFormatter {
  return (value, _, { timezone = 'browser', now = Date.now() } = {}) =>
    plain(
      formatDate(
        value,
        today !== undefined && sameDay(value, now, timezone) ? today : format,
        timezone,
      ),
    );
}

const ISO = 'YYYY-MM-DD HH:mm:ss';
const US = 'MM/DD/YYYY h:mm:ss a';

function local(todayWithoutDate: boolean): UnitFormatter {
  return (value, _, { timezone = 'browser', now = Date.now() } = {}) =>
    plain(localDate(value, timezone, !(todayWithoutDate && sameDay(value, now, timezone))));
}

const duration =
  (unit: string): UnitFormatter =>
  (value, decimals) =>
    scaleDuration(unit, value, decimals);

function special(): [string, UnitFormatter][] {
  return [
    ['none', fixed('')],
    ['string', (value) => plain(String(value))],
    ['short', scaled(1000, SHORT, 0)],
    ['pressurepsi', scaled(1000, ['psi', 'ksi', 'Mpsi'], 0)],
    ['percent', (value, decimals) => plain(toFixed(value, decimals), '%')],
    ['percentunit', (value, decimals) => plain(toFixed(100 * value, decimals), '%')],
    ['hex', hex('')],
    ['hex0x', hex('0x')],
    ['sci', (value, decimals) => plain(value.toExponential(digits(decimals)))],
    ['locale', locale],
    ['bool', truth('True', 'False')],
    ['bool_yes_no', truth('Yes', 'No')],
    ['bool_on_off', truth('On', 'Off')],
    ['dateTimeAsIso', date(ISO)],
    ['dateTimeAsIsoNoDateIfToday', date(ISO, 'HH:mm:ss')],
    ['dateTimeAsUS', date(US)],
    ['dateTimeAsUSNoDateIfToday', date(US, 'h:mm:ss a')],
    ['dateTimeAsLocal', local(false)],
    ['dateTimeAsLocalNoDateIfToday', local(true)],
    [
      'dateTimeAsSystem',
      (value, decimals, context) =>
        date(context?.showMs === true ? `${ISO}.SSS` : ISO)(value, decimals, context),
    ],
    ['dateTimeFromNow', (value, _, context) => plain(fromNow(value, context?.now ?? Date.now()))],
    ...['ns', 'µs', 'ms', 's', 'm', 'h', 'd'].map((unit): [string, UnitFormatter] => [
      unit,
      duration(unit),
    ]),
    ['timeticks', (value, decimals) => scaleDuration('s', value / 100, decimals)],
    ['dtdurationms', (value, decimals) => durationInWords(value, 1, decimals)],
    ['dtdurations', (value, decimals) => durationInWords(value, 1000, decimals)],
    ['dthms', (value) => durationAsTime(value, false)],
    ['dtdhms', (value) => durationAsTime(value, true)],
    ['clockms', (value, decimals) => clock(value, decimals)],
    ['clocks', (value, decimals) => clock(value * 1000, decimals)],
  ];
}

function tabled(
  table: string,
  make: (sign: string, after: string | undefined) => UnitFormatter,
): [string, UnitFormatter][] {
  return table
    .trim()
    .split(/[|\n]/)
    .map((entry) => {
      const [, id = '', sign = '', after] = /^([^=]+)=(.*?)(?:@(.+))?$/.exec(entry) ?? [];
      return [id, make(sign, after)];
    });
}

const power = (text: string | undefined) => Number(text ?? 0);

const known = new Map<string, UnitFormatter>([
  ...special(),
  ...tabled(FIXED, fixed),
  ...tabled(SI, (sign, after) => si(sign, power(after))),
  ...tabled(IEC, (sign, after) => iec(sign, power(after))),
  ...tabled(COUNT, count),
  ...tabled(MONEY, (sign, after) => money(sign, after !== undefined)),
]);
const misspelt = known.get('fahrenheit');
if (misspelt !== undefined) known.set('farenheit', misspelt);

/** There are two signs for micro; people type either. */
const oneMicro = (text: string) => text.replaceAll('μ', 'µ');
for (const [id, formatter] of [...known]) known.set(oneMicro(id), formatter);

function siForm(rest: string): UnitFormatter {
  const at = SI_PREFIXES.indexOf(oneMicro(rest.charAt(0)));
  return at === -1 || at === SI_BASE || rest === '' ? si(rest) : si(rest.slice(1), at - SI_BASE);
}

function moneyForm(rest: string): UnitFormatter {
  const [kind, sign = '', place] = rest.split(':');
  if (kind !== 'financial' || !rest.includes(':')) return money(rest);
  return sign === '' ? fixed('') : wholeMoney(sign, place === 'suffix');
}

function custom(unit: string): UnitFormatter {
  const colon = unit.indexOf(':');
  const rest = unit.slice(colon + 1);
  switch (colon > 0 ? unit.slice(0, colon) : '') {
    case 'prefix':
      return prefixed(rest);
    case 'suffix':
      return fixed(rest);
    case 'time':
      return date(rest);
    case 'si':
      return siForm(rest);
    case 'count':
      return count(rest);
    case 'currency':
      return moneyForm(rest);
    case 'bool': {
      const slash = rest.indexOf('/');
      return slash === -1 ? truth(rest, '-') : truth(rest.slice(0, slash), rest.slice(slash + 1));
    }
    default:
      return fixed(unit);
  }
}

const customs = new Map<string, UnitFormatter>();

export function formatterFor(unit: string | undefined): UnitFormatter {
  const id = unit === undefined || unit === '' ? 'none' : unit;
  const found = known.get(id) ?? known.get(oneMicro(id)) ?? customs.get(id);
  if (found !== undefined) return found;
  const made = custom(id);
  if (customs.size > 500) customs.clear();
  customs.set(id, made);
  return made;
}

/** Whether the table has it; others are free text or one of the custom forms. */
export const isKnownUnit = (unit: string) => known.has(unit) || known.has(oneMicro(unit));

export function formatWithUnit(
  unit: string | undefined,
  value: number | null,
  decimals?: number,
  timezone?: string,
): UnitText {
  if (value === null) return plain('');
  return formatterFor(unit)(value, decimals, timezone === undefined ? {} : { timezone });
}

export const joinUnit = ({ text, prefix, suffix }: UnitText) => prefix + text + suffix;
