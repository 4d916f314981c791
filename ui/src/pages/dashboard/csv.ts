// A table as CSV: commas, quotes where needed, one row a line. Times are ISO 8601 in UTC, which
// spreadsheets read in every country.

import type { Field, FieldValue, Frame } from '../../dash/frame';

function cell(value: FieldValue, type: Field['type']): string {
  if (value === null) return '';
  if (type === 'time' && typeof value === 'number' && Number.isFinite(value)) {
    return new Date(value).toISOString();
  }
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return quoted(text);
}

/** Spreadsheets would run what begins with these as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function quoted(text: string): string {
  const safe =
    FORMULA.test(text) && !/^[+-]?(\d|\.\d|Infinity$|Inf$)/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(frame: Frame, nameOf: (field: Field, index: number) => string): string {
  const lines = [frame.fields.map((field, i) => quoted(nameOf(field, i))).join(',')];
  for (let row = 0; row < frame.length; row++) {
    lines.push(frame.fields.map((field) => cell(field.values[row] ?? null, field.type)).join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** A name that file systems take. */
export function csvName(title: string, what: string, now: Date): string {
  const words = `${title} ${what}`
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return `${words === '' ? 'panel' : words}-${now.toISOString().slice(0, 19).replace(/[T:]/g, '-')}.csv`;
}
