// Single values, seen as numbers and as text.

import type { FieldValue } from '../frame';
import { isTrend } from './trend';

export function toNumber(value: FieldValue | undefined): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isTrend(value)) return toNumber(value.value);
  if (typeof value !== 'string' || value === '') return NaN;
  return Number(value);
}

/** Lists are read as lists, other objects as JSON; nothing is the empty text. */
export function toText(value: FieldValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (isTrend(value)) return toText(value.value);
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Whether there is something: not null and not NaN. */
export const isReal = (value: FieldValue | undefined): boolean =>
  value !== null && value !== undefined && !Number.isNaN(value);

/** In the order in which the keys appear. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
