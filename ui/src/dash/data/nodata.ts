// When a panel has nothing to show, and what it says then.

import type { Frame } from '../frame';
import type { FieldDefaults } from '../model';

/** Whether any frame has a row beside its times. */
export function hasData(frames: readonly Frame[]): boolean {
  return frames.some(
    ({ fields, length }) => length > 0 && fields.some(({ type }) => type !== 'time'),
  );
}

export function noDataText({ noValue }: Pick<FieldDefaults, 'noValue'>): string {
  return noValue === undefined || noValue === '' ? 'No data' : noValue;
}

/** Frames that have rows: what is empty has no place in legends. */
export function withData<F extends Frame>(frames: readonly F[]): F[] {
  return frames.filter(({ length }) => length > 0);
}
