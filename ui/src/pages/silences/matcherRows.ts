// The matchers of the form, row by row, while they are written.

import {
  matcherOf,
  operatorOf,
  parseMatchers,
  type Matcher,
  type MatcherOp,
} from '../../lib/matchers';

export interface MatcherRow {
  readonly key: number;
  readonly name: string;
  readonly op: MatcherOp;
  readonly value: string;
}

let nextKey = 0;

export function newRow(): MatcherRow {
  return { key: nextKey++, name: '', op: '=', value: '' };
}

export function rowsOf(matchers: readonly Matcher[]): MatcherRow[] {
  const rows = matchers.map((one) => ({
    key: nextKey++,
    name: one.name,
    op: operatorOf(one),
    value: one.value,
  }));
  return rows.length === 0 ? [newRow()] : rows;
}

/** Rows nobody has written into do not count. */
export function matchersIn(rows: readonly MatcherRow[]): Matcher[] {
  return rows
    .filter(({ name }) => name.trim() !== '')
    .map(({ name, op, value }) => matcherOf(name.trim(), op, value));
}

export function rowError({ name, op, value }: MatcherRow): string | null {
  if (name.trim() === '') return value === '' ? null : 'The label’s name is missing';
  if (!op.endsWith('~')) return null;
  try {
    new RegExp(value.replace(/^\(\?[is]+\)/, ''));
    return null;
  } catch {
    return 'This is no regular expression';
  }
}

/** Matchers pasted as text into a name become rows. */
export function splitPasted(text: string): Matcher[] | null {
  if (!/[=!]/.test(text)) return null;
  const parsed = parseMatchers(text);
  return parsed.ok && parsed.matchers.length > 0 ? [...parsed.matchers] : null;
}
