// How often values fall where: in buckets, and in buckets over time.

import type { Field, Frame } from '../../../frame';
import type { Json } from '../../../model';
import { number, object, text } from '../../../model/json';
import { displayName } from '../../names';
import { makeField, timeFieldOf, unnamed, type Transform } from '../types';

const DEFAULT_COUNT = 30;
const MAX_BUCKETS = 10_000;
const STEPS = [1, 2, 2.5, 4, 5, 10];

const realOf = ({ values }: Field): number[] =>
  values.filter((value) => typeof value === 'number' && Number.isFinite(value)).map(Number);

const numbersOf = (frames: readonly Frame[]) =>
  frames.flatMap((frame) =>
    frame.fields.filter(({ type }) => type === 'number').map((field) => ({ frame, field })),
  );

function extremes(values: readonly number[]): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** Smallest distance of two values; buckets that are finer would be empty for certain. */
function smallestStep(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  let least = Infinity;
  let before: number | undefined;
  for (const value of sorted) {
    if (before !== undefined && value !== before) least = Math.min(least, value - before);
    before = value;
  }
  return sorted.length === 1 ? 1 : least;
}

/** The next round number above. */
export function bucketSizeFor(values: readonly number[], count: number): number {
  const [min, max] = extremes(values);
  if (!(max > min)) return 1;
  const target = (max - min) / count;
  const least = smallestStep(values);
  for (let power = Math.floor(Math.log10(target)) - 1; power < 300; power++) {
    for (const step of STEPS) {
      const size = Number(`${step}e${power}`);
      if (size > target && size >= least * (1 - 1e-9)) return size;
    }
  }
  return target;
}

/** Without the dust of adding up: 0.30000000000000004 is 0.3. */
const clean = (value: number) => Number(value.toFixed(9));

const bucketOf = (value: number, size: number, offset: number) =>
  clean(Math.floor((value - offset) / size + 1e-9) * size + offset);

function countIn(values: readonly number[], size: number, offset: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bucket = bucketOf(value, size, offset);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return counts;
}

/** A row for each bucket that has something in it, a column for each series. */
export const histogram: Transform = (frames, options) => {
  const sources = numbersOf(frames).map(({ frame, field }) => ({
    name: displayName(field, frame, frames),
    field,
    values: realOf(field),
  }));
  const all = sources.flatMap(({ values }) => values);
  if (all.length === 0) return [];
  const asked = number(options['bucketSize']) ?? 0;
  const wanted = number(options['bucketCount']) ?? DEFAULT_COUNT;
  const size = asked > 0 ? asked : bucketSizeFor(all, wanted > 0 ? wanted : DEFAULT_COUNT);
  const offset = number(options['bucketOffset']) ?? 0;
  const counted = sources.map(({ values }) => countIn(values, size, offset));
  const buckets = [...new Set(counted.flatMap((counts) => [...counts.keys()]))]
    .sort((a, b) => a - b)
    .slice(0, MAX_BUCKETS);
  const unit = sources.find(({ field }) => field.config.unit !== undefined)?.field.config.unit;
  const edges = (name: string, add: number): Field => {
    const plain = makeField(
      name,
      'number',
      buckets.map((bucket) => clean(bucket + add)),
    );
    return unit === undefined ? plain : { ...plain, config: { ...plain.config, unit } };
  };
  const total = (bucket: number) =>
    counted.reduce((sum, counts) => sum + (counts.get(bucket) ?? 0), 0);
  const columns =
    options['combine'] === true
      ? [makeField('Count', 'number', buckets.map(total))]
      : sources.map(({ name, field }, i): Field => {
          const config = unnamed(field.config, 'displayNameFromDS', 'unit');
          return {
            ...field,
            config: { ...config, displayName: name },
            values: buckets.map((bucket) => counted[i]?.get(bucket) ?? 0),
          };
        });
  return [{ fields: [edges('xMin', 0), edges('xMax', size), ...columns], length: buckets.length }];
};

interface Axis {
  readonly size: number;
  readonly offset: number;
}

/** By size (or as a length of time, "5m") or by count. */
function axisOf(json: Json | undefined, values: readonly number[], count: number): Axis {
  const rule = object(json);
  const written = text(rule['value']);
  const [, amount = '', unit = ''] = /^\s*(\d+\.?\d*)\s*(ms|s|m|h|d|w)?\s*$/.exec(written) ?? [];
  const times = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };
  const factor = Object.entries(times).find(([name]) => name === unit)?.[1] ?? 1;
  const asked = Number(amount) * factor;
  if (rule['mode'] === 'count' || !(asked > 0)) {
    return { size: bucketSizeFor(values, asked > 0 ? asked : count), offset: 0 };
  }
  return { size: asked, offset: 0 };
}

export const heatmap: Transform = (frames, options) => {
  const points = numbersOf(frames).flatMap(({ frame, field }) => {
    const time = timeFieldOf(frame);
    if (time === undefined) return [];
    return field.values.flatMap((value, i) => {
      const at = time.values[i];
      const real = typeof value === 'number' && Number.isFinite(value) && typeof at === 'number';
      return real ? [{ at, value }] : [];
    });
  });
  if (points.length === 0) return frames;
  const x = axisOf(
    options['xBuckets'],
    points.map(({ at }) => at),
    DEFAULT_COUNT,
  );
  const y = axisOf(
    options['yBuckets'],
    points.map(({ value }) => value),
    DEFAULT_COUNT,
  );
  const cells = new Map<string, { at: number; low: number; count: number }>();
  for (const { at, value } of points) {
    const cell = { at: bucketOf(at, x.size, 0), low: bucketOf(value, y.size, 0), count: 0 };
    const key = `${cell.at} ${cell.low}`;
    const known = cells.get(key) ?? cell;
    known.count++;
    cells.set(key, known);
  }
  const rows = [...cells.values()].sort((a, b) => a.at - b.at || a.low - b.low);
  const unit = numbersOf(frames)[0]?.field.config.unit;
  const low = makeField(
    'yMin',
    'number',
    rows.map((row) => row.low),
  );
  const { refId } = frames[0] ?? {};
  return [
    {
      ...(refId === undefined ? {} : { refId }),
      meta: { type: 'heatmap-cells' },
      fields: [
        {
          ...makeField(
            'xMin',
            'time',
            rows.map(({ at }) => at),
          ),
          config: { interval: x.size, custom: {} },
        },
        unit === undefined ? low : { ...low, config: { ...low.config, unit } },
        makeField(
          'yMax',
          'number',
          rows.map((row) => clean(row.low + y.size)),
        ),
        makeField(
          'count',
          'number',
          rows.map(({ count }) => count),
        ),
      ],
      length: rows.length,
    },
  ];
};
