// Round numbers for an axis of one's own.

import { niceSize } from '../shared/nice';

export interface Ticks {
  readonly min: number;
  readonly max: number;
  readonly values: readonly number[];
}

/** A range that ends on round numbers, with about so many of them. */
export function niceTicks(
  low: number,
  high: number,
  wanted: number,
  hard: { readonly min?: number | undefined; readonly max?: number | undefined } = {},
): Ticks {
  const from = hard.min ?? Math.min(low, high);
  const to = hard.max ?? Math.max(low, high);
  const span = to > from ? to - from : Math.abs(from) || 1;
  const step = niceSize(span / Math.max(1, wanted));
  const min = hard.min ?? Math.floor(from / step + 1e-9) * step;
  const max =
    hard.max ??
    Math.max(min + step, Math.ceil((to > from ? to : from + span) / step - 1e-9) * step);
  const values: number[] = [];
  const first = Math.ceil(min / step - 1e-9);
  for (let i = first; i * step <= max + step * 1e-6 && values.length < 60; i++) {
    values.push(Number((i * step).toPrecision(12)));
  }
  return { min, max, values };
}
