// What the server would advise about an expression, without running it.

import { sentence, SEVERITIES, sortHints, type Hint } from '../lib/hints';
import { offsetsFromBytes } from '../lib/utf8';
import { request, unwrap } from './client';
import {
  list,
  number,
  object,
  oneOf,
  optional,
  text,
  withDefault,
  type Decoded,
  type Decoder,
} from './decode';

const one = object({
  severity: oneOf(...SEVERITIES),
  message: text,
  reason: withDefault(text, ''),
  position: optional(object({ start: number, end: number })),
  fix: optional(object({ label: text, query: text })),
});
const answer = object({ advice: withDefault(list(one), []) });

function place(found: Decoded<typeof one>['position'], expr: string): Hint['place'] {
  if (found === null) return null;
  const offset = offsetsFromBytes(expr);
  const end = Math.min(offset(found.end), expr.length);
  const from = Math.min(offset(found.start), end);
  // A place without width, such as the end of the input, is shown at the character before it.
  return end > from ? { from, to: end } : { from: Math.max(0, from - 1), to: Math.max(1, end) };
}

export function decodeAdvice(expr: string): Decoder<Hint[]> {
  return (value, path) =>
    sortHints(
      answer(value, path).advice.map(({ severity, message, reason, position, fix }) => ({
        severity,
        message: sentence(message, expr),
        reason,
        place: place(position, expr),
        fix: fix === null ? null : { ...fix, label: sentence(fix.label, '') },
      })),
    );
}

export async function fetchAdvice(expr: string, signal: AbortSignal): Promise<Hint[]> {
  const params = { query: expr, context: 'query' };
  const { data } = unwrap(
    await request('query_advice', decodeAdvice(expr), { params, post: true, signal }),
  );
  return data;
}
