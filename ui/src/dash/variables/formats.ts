// How the values of a variable are written into a text: `${name:format}`. What a query language
// needs of escaping is decided here alone.

import { formatDate } from '../data/units/date';

export interface FormatInput {
  readonly name: string;
  readonly values: readonly string[];
  readonly texts: readonly string[];
  /** More than one may be chosen: then it is a list even where it holds one. */
  readonly list: boolean;
  readonly timezone: string;
}

type Format = (input: FormatInput, args: string) => string;

function escapeRegex(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, (c) => `\\${c}`);
}

function one(input: FormatInput): string | undefined {
  return input.list && input.values.length !== 1 ? undefined : input.values[0];
}

function glob(values: readonly string[]): string {
  return values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? '');
}

/** As encodeURIComponent, and what it leaves: ! ' ( ) *. */
function strictEncode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const HTML: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (c) => HTML[c] ?? c);
}

function regex({ values }: FormatInput): string {
  const escaped = values.map(escapeRegex);
  return escaped.length > 1 ? `(${escaped.join('|')})` : (escaped[0] ?? '');
}

function lucene(input: FormatInput): string {
  const escape = (value: string) =>
    value.replace(/[!*+\-=<>\s&|()[\]{}^~?:\\/"]/g, (c) => `\\${c}`);
  const single = one(input);
  if (single !== undefined && !input.list) return escape(single);
  if (input.values.length === 0) return '__empty__';
  return `(${input.values.map((value) => `"${escape(value)}"`).join(' OR ')})`;
}

function quoted(quote: string, escaped: string): Format {
  return ({ values }) =>
    values.map((value) => `${quote}${value.replaceAll(quote, escaped)}${quote}`).join(',');
}

function queryParam(name: string, prefix: string, values: readonly string[]): string {
  return values.map((value) => `${prefix}${strictEncode(name)}=${strictEncode(value)}`).join('&');
}

function date({ values, timezone }: FormatInput, args: string): string {
  const ms = Number(values[0]);
  if (values[0] === undefined || !Number.isFinite(ms)) return 'NaN';
  if (args === 'seconds') return String(Math.round(ms / 1000));
  if (args === 'ms') return String(ms);
  if (args === '' || args === 'iso') return new Date(ms).toISOString();
  return formatDate(ms, args, timezone);
}

/**
 * Into a PromQL string. A variable of one value is escaped as a string; where several may be chosen
 * each is first made a regular expression that means itself, because it is used with =~.
 */
export function promql({ values, list }: FormatInput): string {
  const asString = (value: string) => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"');
  if (!list) return asString(values[0] ?? '');
  const escaped = values.map((value) => asString(escapeRegex(value)));
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
}

const FORMATS: Readonly<Record<string, Format>> = {
  csv: ({ values }) => values.join(','),
  raw: ({ values }) => values.join(','),
  pipe: ({ values }) => values.join('|'),
  regex,
  glob: ({ values }) => glob(values),
  json: (input) =>
    one(input) !== undefined && !input.list
      ? (input.values[0] ?? '')
      : JSON.stringify(input.values),
  text: ({ texts }) => texts.join(' + '),
  html: ({ values }) => escapeHtml(values.join(', ')),
  percentencode: ({ values }) => strictEncode(glob(values)),
  uriencode: ({ values }) => encodeURI(glob(values)),
  singlequote: quoted("'", "\\'"),
  doublequote: quoted('"', '\\"'),
  sqlstring: quoted("'", "''"),
  lucene,
  distributed: ({ name, values }) =>
    values.map((value, i) => (i === 0 ? value : `${name}=${value}`)).join(','),
  queryparam: ({ name, values }) => queryParam(name, 'var-', values),
  customqueryparam: ({ name, values }, args) => {
    const [as = '', prefix = ''] = args.split(':');
    return queryParam(as === '' ? name : as, prefix, values);
  },
  join: ({ values }, args) => values.join(args === '' ? ',' : args),
  date,
  promql,
};

/** `format` may hold arguments after a colon; an unknown one is taken as "glob". */
export function formatValues(input: FormatInput, format: string): string {
  const colon = format.indexOf(':');
  const name = colon < 0 ? format : format.slice(0, colon);
  const apply = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  return (apply ?? (({ values }) => glob(values)))(input, colon < 0 ? '' : format.slice(colon + 1));
}
