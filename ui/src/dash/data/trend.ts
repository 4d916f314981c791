// A series inside of a table's cell: the line itself and the one value it is sorted and read by.

import type { FieldValue, Frame } from '../frame';

export interface Trend extends Frame {
  readonly value: FieldValue;
}

export const makeTrend = (frame: Frame, value: FieldValue): Trend => ({ ...frame, value });

export function isTrend(value: unknown): value is Trend {
  return (
    typeof value === 'object' &&
    value !== null &&
    'value' in value &&
    'length' in value &&
    'fields' in value &&
    Array.isArray(value.fields)
  );
}
