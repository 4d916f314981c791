// How often values of each size come.

import type { ShownField, ShownFrame } from '../../dash/frame';
import { isHidden, toNumber } from '../shared/fields';
import { flagAt, numberAt, type Options } from '../shared/options';
import { niceSize } from '../shared/nice';

export interface BinSeries {
  readonly name: string;
  readonly colour: string;
  readonly field: ShownField;
  readonly counts: readonly number[];
}

export interface Bins {
  /** One more than there are bins. */
  readonly edges: readonly number[];
  readonly series: readonly BinSeries[];
  /** In whose unit the edges are. */
  readonly field: ShownField;
}

const MOST = 1000;

export function binSize(low: number, high: number, options: Options): number {
  const given = numberAt(options, 'bucketSize');
  const span = high - low;
  const least = span / MOST;
  if (given !== undefined && given > 0) return Math.max(given, least);
  const count = Math.max(1, numberAt(options, 'bucketCount') ?? 30);
  return niceSize(Math.max(span / count, least, Number.MIN_VALUE));
}

export function histogramBins(frames: readonly ShownFrame[], options: Options): Bins | null {
  const ready = frames.find((one) => one.fields.some((field) => /^xMax$/i.test(field.name)));
  if (ready !== undefined) return fromReady(ready);
  const fields = frames.flatMap((one) =>
    one.fields.filter((field) => field.type === 'number' && !isHidden(field, 'viz')),
  );
  const columns = fields.map((field) =>
    field.values.flatMap((one) => {
      const value = toNumber(one);
      return value === null ? [] : [value];
    }),
  );
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns) {
    for (const value of column) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const first = fields[0];
  if (first === undefined || !Number.isFinite(low)) return null;
  const size = binSize(low, high, options);
  const offset = (numberAt(options, 'bucketOffset') ?? 0) % size;
  const start = Math.floor((low - offset) / size) * size + offset;
  const count = Math.max(1, Math.floor((high - start) / size + 1e-9) + 1);
  const edges = Array.from({ length: count + 1 }, (_, i) =>
    Number((start + i * size).toPrecision(12)),
  );
  const tally = (column: readonly number[]) => {
    const counts = new Array<number>(count).fill(0);
    for (const value of column) {
      const at = Math.max(0, Math.min(count - 1, Math.floor((value - start) / size + 1e-9)));
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts;
  };
  if (flagAt(options, 'combine')) {
    const counts = tally(columns.flat());
    return {
      edges,
      field: first,
      series: [{ name: 'Count', colour: first.color, field: first, counts }],
    };
  }
  const series = fields.map((field, i) => ({
    name: field.displayName,
    colour: field.color,
    field,
    counts: tally(columns[i] ?? []),
  }));
  return { edges, field: first, series };
}

/** A frame that holds buckets already: xMin, xMax and one column of counts a series. */
function fromReady(frame: ShownFrame): Bins | null {
  const low = frame.fields.find((one) => /^xMin$/i.test(one.name));
  const high = frame.fields.find((one) => /^xMax$/i.test(one.name));
  if (low === undefined || high === undefined || frame.length === 0) return null;
  const edges = [
    ...low.values.map((one) => toNumber(one) ?? 0),
    toNumber(high.values[high.values.length - 1]) ?? 0,
  ];
  const counted = frame.fields.filter(
    (one) => one !== low && one !== high && one.type === 'number' && !isHidden(one, 'viz'),
  );
  return {
    edges,
    field: low,
    series: counted.map((field) => ({
      name: field.displayName,
      colour: field.color,
      field,
      counts: field.values.map((one) => toNumber(one) ?? 0),
    })),
  };
}
