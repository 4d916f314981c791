// Variables and macros of an expression filled in, with the way back: what is said of the filled
// text is shown where it was written.

import type { FilledExpr } from '../../../promql/useAdvice';

const REFERENCE = /\$\w+|\$\{[^{}]+\}|\[\[[^[\]]+\]\]/g;

export function fillExpr(expr: string, fill: (reference: string) => string): FilledExpr {
  const pieces: { readonly at: number; readonly was: number; readonly now: number }[] = [];
  let text = '';
  let last = 0;
  for (const match of expr.matchAll(REFERENCE)) {
    const value = fill(match[0]);
    text += expr.slice(last, match.index);
    pieces.push({ at: text.length, was: match[0].length, now: value.length });
    text += value;
    last = match.index + match[0].length;
  }
  text += expr.slice(last);
  const back = (offset: number): number => {
    let moved = 0;
    for (const { at, was, now } of pieces) {
      if (offset <= at) break;
      // Within what was filled in: its end where it is the end, else its beginning.
      if (offset < at + now) return at - moved;
      moved += now - was;
    }
    return offset - moved;
  };
  return { text, back };
}
