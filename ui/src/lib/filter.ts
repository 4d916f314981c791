// The filter boxes: words that must occur, `label="value"` that must hold, a leading minus for not.

import { formatMatcher, type Labels } from './labels';

export type FilterTerm =
  | { readonly kind: 'word'; readonly text: string; readonly negated: boolean }
  | {
      readonly kind: 'label';
      readonly name: string;
      readonly value: string;
      readonly negated: boolean;
    };

const TERM =
  /(-)?(?:([a-zA-Z_][\w.]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))|"((?:[^"\\]|\\.)*)"|(\S+))/g;

const unquote = (text: string): string => text.replace(/\\(.)/g, '$1');

export function parseFilter(text: string): FilterTerm[] {
  const terms: FilterTerm[] = [];
  for (const match of text.matchAll(TERM)) {
    const [, minus, name, quoted, plain, phrase, word] = match;
    const negated = minus === '-';
    if (name !== undefined) {
      terms.push({ kind: 'label', name, value: plain ?? unquote(quoted ?? ''), negated });
    } else {
      const wanted = word ?? unquote(phrase ?? '');
      if (wanted !== '') terms.push({ kind: 'word', text: wanted.toLowerCase(), negated });
    }
  }
  return terms;
}

/** `words` is whatever text stands for the thing beside its labels. */
export function matchesFilter(
  terms: readonly FilterTerm[],
  labels: Labels,
  words: readonly string[],
): boolean {
  if (terms.length === 0) return true;
  let text: string | null = null;
  return terms.every((term) => {
    if (term.kind === 'label') return (labels[term.name] === term.value) !== term.negated;
    text ??= [...words, ...Object.entries(labels).map(([k, v]) => `${k}="${v}" ${k}=${v}`)]
      .join('\n')
      .toLowerCase();
    return text.includes(term.text) !== term.negated;
  });
}

/** The filter after a click on a label's chip: the term added, or taken away if it was there. */
export function toggleLabelTerm(
  text: string,
  name: string,
  value: string,
  exclude: boolean,
): string {
  const term = formatMatcher(name, value);
  const wanted = exclude ? `-${term}` : term;
  const rest = text
    .split(wanted)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const had = text.includes(wanted) && !(wanted === term && text.includes(`-${term}`));
  if (had) return rest.join(' ');
  const without = text.replace(exclude ? term : `-${term}`, '').trim();
  return without === '' ? wanted : `${without} ${wanted}`.replace(/\s+/g, ' ');
}
