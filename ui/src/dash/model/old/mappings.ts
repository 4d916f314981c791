// Value mappings of old: a list of `{type: 1, value, text}` and `{type: 2, from, to, text}`, coloured
// by the thresholds that their text fell in.

import { drafts, isDraft, draft, number, text, type Draft, type DraftValue } from '../json';

function thresholdColor(word: string, thresholds: DraftValue | undefined): string | null {
  const value = Number.parseFloat(word);
  if (Number.isNaN(value) || !isDraft(thresholds)) return null;
  let color: string | null = null;
  for (const step of drafts(thresholds['steps'])) {
    const from = number(step['value']) ?? -Infinity;
    if (value >= from) color = text(step['color']);
  }
  return color === '' ? null : color;
}

export function upgradeMappings(
  old: readonly Draft[],
  thresholds: DraftValue | undefined,
): Draft[] {
  const values: Draft = {};
  const others: Draft[] = [];
  for (const one of old) {
    if (typeof one['type'] === 'string') {
      others.push(one);
      continue;
    }
    const word = text(one['text']);
    const color = thresholdColor(word, thresholds);
    const result: Draft = { text: word, ...(color === null ? {} : { color }) };
    const range = one['type'] === 2 || (one['type'] === undefined && one['from'] !== undefined);
    const nothing = range
      ? one['from'] === 'null' || one['to'] === 'null'
      : one['value'] === 'null' || one['value'] === null;
    if (nothing) {
      others.push({ type: 'special', options: { match: 'null', result } });
    } else if (range) {
      const bound = (key: string) => number(one[key]) ?? null;
      others.push({ type: 'range', options: { from: bound('from'), to: bound('to'), result } });
    } else if (one['value'] !== undefined) {
      values[text(one['value'])] = result;
    }
  }
  return Object.keys(draft(values)).length === 0
    ? others
    : [{ type: 'value', options: values }, ...others];
}
