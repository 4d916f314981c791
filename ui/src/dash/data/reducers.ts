// A column down to one value. Most reducers come out of one pass over the column; the rest sort it
// or look at each value apart.

import type { Field, FieldValue } from '../frame';
import { isReal } from './values';

export interface ReducerInfo {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Whether the result is of the same unit as the values. */
  readonly keepsUnit: boolean;
}

const info = (id: string, name: string, description: string, keepsUnit = true): ReducerInfo => ({
  id,
  name,
  description,
  keepsUnit,
});

export const REDUCERS: readonly ReducerInfo[] = [
  info('lastNotNull', 'Last *', 'Last value that is a value'),
  info('last', 'Last', 'Last value, missing or not'),
  info('firstNotNull', 'First *', 'First value that is a value'),
  info('first', 'First', 'First value, missing or not'),
  info('min', 'Min', 'Smallest value'),
  info('max', 'Max', 'Largest value'),
  info('mean', 'Mean', 'Average of the values'),
  info('median', 'Median', 'Half are below it'),
  info('variance', 'Variance', 'Mean square of the distances from the mean'),
  info('stdDev', 'StdDev', 'Root of the variance'),
  info('sum', 'Total', 'Sum of the values'),
  info('count', 'Count', 'Number of values', false),
  info('countAll', 'Count all', 'Number of values, missing ones too', false),
  info('range', 'Range', 'From the smallest to the largest'),
  info('delta', 'Delta', 'Increase of a counter, resets left out'),
  info('step', 'Step', 'Smallest distance from one value to the next'),
  info('diff', 'Difference', 'Last value less the first'),
  info('logmin', 'Min (above zero)', 'Smallest value above zero'),
  info('allIsZero', 'All Zeros', 'Whether every value is zero', false),
  info('allIsNull', 'All Nulls', 'Whether every value is missing', false),
  info('changeCount', 'Change Count', 'How often the value changes', false),
  info('distinctCount', 'Distinct Count', 'Number of different values', false),
  info('diffperc', 'Difference percent', 'Difference as a part of the first value', false),
  info('allValues', 'All values', 'The list of values', false),
  info('uniqueValues', 'All unique values', 'The list of different values', false),
];

const ordinal = (n: number) =>
  n % 10 === 1 && n !== 11
    ? `${n}st`
    : n % 10 === 2 && n !== 12
      ? `${n}nd`
      : n % 10 === 3 && n !== 13
        ? `${n}rd`
        : `${n}th`;

export const PERCENTILES: readonly ReducerInfo[] = Array.from({ length: 99 }, (_, i) =>
  info(`p${i + 1}`, `${ordinal(i + 1)} %`, `${ordinal(i + 1)} percentile`),
);

const ALIASES: Readonly<Record<string, string>> = {
  current: 'lastNotNull',
  avg: 'mean',
  total: 'sum',
};

const known = new Map([...REDUCERS, ...PERCENTILES].map((reducer) => [reducer.id, reducer]));

/** Also by the names of old dashboards; undefined: nobody knows it. */
export const reducerInfo = (id: string): ReducerInfo | undefined => known.get(ALIASES[id] ?? id);

export type ReducedField = Pick<Field, 'type' | 'values'>;

interface Pass {
  readonly [id: string]: FieldValue;
}

const EMPTY: Pass = {
  sum: 0,
  count: 0,
  countAll: 0,
  allIsZero: false,
  allIsNull: true,
};

/** Everything that can be known from seeing each value once, in order. */
function numbersInOnePass(values: readonly FieldValue[]): Pass {
  let sum = 0;
  let count = 0;
  let real = 0;
  let delta = 0;
  let step = Infinity;
  let min = Infinity;
  let max = -Infinity;
  let logmin = Infinity;
  let first: number | null = null;
  let last = 0;
  let allIsZero = true;
  let fell = false;
  for (const value of values) {
    if (value === null) continue;
    count++;
    if (typeof value !== 'number' || Number.isNaN(value)) continue;
    real++;
    sum += value;
    if (first === null) first = value;
    else {
      const change = value - last;
      if (change < step) step = change;
      // After a fall the counter began anew: what it climbed to since is not known.
      if (change < 0) fell = true;
      else {
        if (!fell) delta += change;
        fell = false;
      }
    }
    if (value > max) max = value;
    if (value < min) min = value;
    if (value > 0 && value < logmin) logmin = value;
    if (value !== 0) allIsZero = false;
    last = value;
  }
  const diff = first === null ? null : last - first;
  return {
    sum,
    count,
    delta,
    step: real > 1 ? step : null,
    min: real > 0 ? min : null,
    max: real > 0 ? max : null,
    range: real > 0 ? max - min : null,
    logmin: logmin === Infinity ? null : logmin,
    mean: real > 0 ? sum / real : null,
    first: values[0] ?? null,
    last: values.at(-1) ?? null,
    firstNotNull: first,
    lastNotNull: real > 0 ? last : null,
    allIsNull: real === 0,
    allIsZero: allIsZero && real > 0,
    diff,
    diffperc: first === null || diff === null ? 0 : (diff / first) * 100,
  };
}

/** Of columns that hold no numbers. */
function othersInOnePass(values: readonly FieldValue[]): Pass {
  const present = values.filter((value) => value !== null);
  return {
    ...EMPTY,
    count: present.length,
    first: values[0] ?? null,
    last: values.at(-1) ?? null,
    firstNotNull: present[0] ?? null,
    lastNotNull: present.at(-1) ?? null,
    allIsNull: present.length === 0,
    delta: 0,
    diffperc: 0,
  };
}

function sorted(values: readonly FieldValue[]): Float64Array {
  const numbers = new Float64Array(values.length);
  let count = 0;
  for (const value of values) {
    if (typeof value === 'number' && !Number.isNaN(value)) numbers[count++] = value;
  }
  return numbers.subarray(0, count).sort();
}

function spread(values: readonly FieldValue[]): { variance: number; stdDev: number } {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of values) {
    if (typeof value !== 'number' || Number.isNaN(value)) continue;
    count++;
    const distance = value - mean;
    mean += distance / count;
    squares += distance * (value - mean);
  }
  const variance = count === 0 ? 0 : squares / count;
  return { variance, stdDev: Math.sqrt(variance) };
}

function changes(values: readonly FieldValue[]): number {
  const present = values.filter((value) => value !== null);
  return present.reduce<number>(
    (n, value, i) => (i > 0 && value !== present[i - 1] ? n + 1 : n),
    0,
  );
}

function median(values: readonly FieldValue[]): number | null {
  const numbers = sorted(values);
  const middle = numbers.length >> 1;
  const high = numbers[middle];
  if (high === undefined) return null;
  return numbers.length % 2 === 1 ? high : ((numbers[middle - 1] ?? high) + high) / 2;
}

const percentile = (values: readonly FieldValue[], part: number): number | null => {
  const numbers = sorted(values);
  return numbers[Math.round((numbers.length - 1) * part)] ?? null;
};

/** Those with a way of their own, which is quicker than the pass where only they are asked for. */
function alone(id: string, { type, values }: ReducedField): FieldValue | undefined {
  switch (id) {
    case 'last':
      return values.at(-1) ?? null;
    case 'first':
      return values[0] ?? null;
    case 'lastNotNull':
      return values.findLast(isReal) ?? null;
    case 'firstNotNull':
      return values.find(isReal) ?? null;
    case 'countAll':
      return values.length;
    case 'median':
      return median(values);
    case 'variance':
    case 'stdDev':
      return type === 'number' || type === 'time' ? spread(values)[id] : 0;
    case 'changeCount':
      return changes(values);
    case 'distinctCount':
      return new Set(values.filter((value) => value !== null)).size;
    case 'allValues':
      return [...values];
    case 'uniqueValues':
      return [...new Set(values)];
    default: {
      const part = /^p([1-9]\d?)$/.exec(id)?.[1];
      return part === undefined ? undefined : percentile(values, Number(part) / 100);
    }
  }
}

/** Unknown ids come out as null. The answer has the ids as they were asked for. */
export function reduceField(
  field: ReducedField,
  ids: readonly string[],
): Record<string, FieldValue> {
  const { type, values } = field;
  const result: Record<string, FieldValue> = {};
  let pass: Pass | undefined;
  for (const asked of ids) {
    const id = ALIASES[asked] ?? asked;
    if (values.length === 0) {
      result[asked] = EMPTY[id] ?? null;
      continue;
    }
    const own = alone(id, field);
    if (own !== undefined) {
      result[asked] = own;
      continue;
    }
    pass ??=
      type === 'number' || type === 'time' ? numbersInOnePass(values) : othersInOnePass(values);
    result[asked] = pass[id] ?? null;
  }
  return result;
}

export function reduceOne(field: ReducedField, id: string): FieldValue {
  return reduceField(field, [id])[id] ?? null;
}
