// What the bar of variables shows of one, and the small rules of choosing.

import type { AdhocFilter, Variable, VariableOption } from '../../dash/model';
import { ALL } from '../../dash/variables/interpolate';

export interface VariableView {
  readonly variable: Variable;
  readonly options: readonly VariableOption[];
  /** What is chosen; `$__all` alone stands for all. */
  readonly values: readonly string[];
  readonly texts: readonly string[];
  readonly filters: readonly AdhocFilter[];
  readonly loading: boolean;
  readonly error: string;
}

export function labelOf({ name, label }: Variable): string {
  return label === '' ? name : label;
}

export function isShown({ hide, type }: Variable): boolean {
  return hide !== 2 && type !== 'constant' && type !== 'system';
}

/** "a + b", "All", or nothing. */
export function chosenWords(view: VariableView): string {
  if (view.values.includes(ALL)) return 'All';
  const words = view.values.map(
    (value, i) => view.options.find((one) => one.value === value)?.text ?? view.texts[i] ?? value,
  );
  return words.join(' + ');
}

/** One more or one less of several. All gives way to a single one; none left is All again. */
export function toggled(
  chosen: readonly string[],
  value: string,
  includeAll: boolean,
): readonly string[] {
  if (value === ALL) return chosen.includes(ALL) ? [] : [ALL];
  const others = chosen.filter((one) => one !== ALL);
  const next = others.includes(value) ? others.filter((one) => one !== value) : [...others, value];
  return next.length === 0 && includeAll ? [ALL] : next;
}

export function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** Best first: what begins with the words, then what holds them; then all that holds each word. */
export function findOptions(
  options: readonly VariableOption[],
  words: string,
): readonly VariableOption[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return options;
  const parts = wanted.split(/\s+/);
  const rank = ({ text }: VariableOption): number => {
    const lower = text.toLowerCase();
    if (lower.startsWith(wanted)) return 0;
    if (lower.includes(wanted)) return 1;
    return parts.every((part) => lower.includes(part)) ? 2 : 3;
  };
  return options
    .map((option) => ({ option, rank: rank(option) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map((one) => one.option);
}
