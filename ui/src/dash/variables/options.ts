// From values that a data source gave to the options of a variable: regex, unique, sorted.

import type { VariableOption } from '../model';

/** `/pattern/flags` or a bare pattern; null where it is none. */
export function parsePattern(text: string): RegExp | null {
  if (text === '') return null;
  const parts = /^\/(.*)\/([a-z]*)$/s.exec(text);
  try {
    if (parts === null) return new RegExp(`^${text}$`);
    const flags = [...new Set((parts[2] ?? '').replace(/[^gimsuy]/g, ''))].join('');
    return new RegExp(parts[1] ?? '', flags);
  } catch {
    return null;
  }
}

function fromMatch(match: RegExpExecArray | RegExpMatchArray): VariableOption {
  const value = match.groups?.['value'];
  const text = match.groups?.['text'];
  if (value !== undefined || text !== undefined) {
    return { text: text ?? value ?? '', value: value ?? text ?? '' };
  }
  const first = match.slice(1).find((group: string | undefined) => group !== undefined) ?? match[0];
  return { text: first, value: first };
}

/** What does not match is dropped; with the flag g one value may give several. */
export function filterByRegex(
  options: readonly VariableOption[],
  pattern: RegExp,
  to: 'value' | 'text' = 'value',
): VariableOption[] {
  return options.flatMap((option) => {
    if (pattern.global) return [...option[to].matchAll(pattern)].map(fromMatch);
    const match = pattern.exec(option[to]);
    if (match === null) return [];
    const found = fromMatch(match);
    // Without groups the option stays itself: its text need not be its value.
    return match.length === 1 ? [option] : [found];
  });
}

function firstNumber(text: string): number {
  const match = /\d+(?:\.\d+)?/.exec(text);
  return match === null ? -1 : Number(match[0]);
}

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const ORDERS: readonly ((a: string, b: string) => number)[] = [
  (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  (a, b) => firstNumber(a) - firstNumber(b),
  (a, b) => {
    const [x, y] = [a.toLowerCase(), b.toLowerCase()];
    return x < y ? -1 : x > y ? 1 : 0;
  },
  (a, b) => natural.compare(a, b),
];

/** 1/2 alphabetical up/down, 3/4 by the first number, 5/6 whatever the case, 7/8 natural. */
export function sortOptions(options: readonly VariableOption[], sort: number): VariableOption[] {
  const order = ORDERS[Math.ceil(sort / 2) - 1];
  if (sort <= 0 || order === undefined) return [...options];
  const sign = sort % 2 === 0 ? -1 : 1;
  return options.toSorted((a, b) => sign * order(a.text, b.text));
}

export function uniqueOptions(options: readonly VariableOption[]): VariableOption[] {
  const seen = new Set<string>();
  return options.filter(({ value }) => {
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}
