// What the macros of an expression stand for, near enough to speak about the expression. The server
// fills them in itself when it answers.

import { formatInterval } from '../../../dash/query/interval';
import type { TimeRangeMs } from '../../../dash/frame';

export function macro(name: string, intervalMs: number, range: TimeRangeMs): string | null {
  const step = Math.max(1000, intervalMs);
  const seconds = Math.max(1, Math.round((range.to - range.from) / 1000));
  switch (name) {
    case '__interval':
      return formatInterval(step);
    case '__interval_ms':
      return String(step);
    case '__rate_interval':
      return formatInterval(Math.max(step + 15_000, 60_000));
    case '__rate_interval_ms':
      return String(Math.max(step + 15_000, 60_000));
    case '__range':
      return `${seconds}s`;
    case '__range_s':
      return String(seconds);
    case '__range_ms':
      return String(seconds * 1000);
    default:
      return null;
  }
}

/** "$__interval", "${__interval}" → "__interval". */
export const referenceName = (reference: string): string =>
  /^(?:\$\{?|\[\[)(\w+)/.exec(reference)?.[1] ?? '';
