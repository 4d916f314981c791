// Many series on one axis of time. A column has, at each moment of the union, the series' value;
// null where the line breaks; undefined where the series merely has no sample because its clock
// ticks slower than another's. Whether lines span breaks is the renderer's affair.

import type { Field, FieldValue } from '../frame';

export interface JoinedColumn<F> {
  readonly field: F;
  readonly frameIndex: number;
  readonly values: readonly (FieldValue | undefined)[];
}

export interface Joined<F> {
  /** Milliseconds, ascending, each once. */
  readonly times: readonly number[];
  readonly columns: readonly JoinedColumn<F>[];
}

/** The moments of a series; series of one query mostly have the same. */
interface Clock {
  readonly source: readonly FieldValue[];
  readonly times: readonly number[];
  /** Place in the column of the i-th time; undefined: the i-th. */
  readonly order: readonly number[] | undefined;
  /** A longer distance from one sample to the next is a break; Infinity: none is. */
  readonly interval: number;
}

/** What a step may be off by before it counts as a missed one. */
const SLACK = 1.001;

function isAscending(values: readonly FieldValue[]): values is readonly number[] {
  let before = -Infinity;
  for (const value of values) {
    if (typeof value !== 'number' || !(value > before)) return false;
    before = value;
  }
  return true;
}

function clockOf({ values, config }: Field): Clock {
  const { interval = 0 } = config;
  const rest = { source: values, interval: interval > 0 ? interval * SLACK : Infinity };
  if (isAscending(values)) return { ...rest, times: values, order: undefined };
  // Not in order, or a moment twice: sorted, the last of a moment counts.
  const last = new Map<number, number>();
  values.forEach((value, i) => {
    if (typeof value === 'number' && Number.isFinite(value)) last.set(value, i);
  });
  const sorted = [...last].sort(([a], [b]) => a - b);
  return { ...rest, times: sorted.map(([time]) => time), order: sorted.map(([, i]) => i) };
}

function sameValues(a: readonly FieldValue[], b: readonly FieldValue[]): boolean {
  if (a === b) return true;
  const last = a.length - 1;
  if (a.length !== b.length || a[0] !== b[0] || a[last] !== b[last]) return false;
  for (let i = 0; i < last; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The times, and one in each break, so that there is a moment at which nothing is. */
function withBreaks({ times, interval }: Clock): readonly number[] {
  let broken: number[] | undefined;
  let before = times[0] ?? 0;
  for (const [i, time] of times.entries()) {
    if (time - before > interval) (broken ??= times.slice(0, i)).push(before + interval / SLACK);
    broken?.push(time);
    before = time;
  }
  return broken ?? times;
}

function mergeTwo(a: readonly number[], b: readonly number[]): readonly number[] {
  if (sameValues(a, b)) return a;
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i] ?? Infinity;
    const right = b[j] ?? Infinity;
    const next = Math.min(left, right);
    if (next === Infinity) return merged;
    merged.push(next);
    if (left === next) i++;
    if (right === next) j++;
  }
}

function mergeAll(lists: readonly (readonly number[])[]): readonly number[] {
  const [first, second] = lists;
  if (second === undefined) return first ?? [];
  const middle = lists.length >> 1;
  return mergeTwo(mergeAll(lists.slice(0, middle)), mergeAll(lists.slice(middle)));
}

const GOES_ON = -1;
const BREAK = -2;

/** For each moment of the axis the row of the series, or what stands where there is none. */
function placesOn(axis: readonly number[], { times, order, interval }: Clock): Int32Array {
  const places = new Int32Array(axis.length).fill(BREAK);
  let next = 0;
  for (const [i, at] of axis.entries()) {
    if (times[next] === at) {
      places[i] = order?.[next] ?? next;
      next++;
    } else if (next > 0) {
      const after = times[next];
      const before = times[next - 1] ?? at;
      if (after !== undefined && after - before <= interval) places[i] = GOES_ON;
    }
  }
  return places;
}

function laid(
  values: readonly FieldValue[],
  places: Int32Array,
): readonly (FieldValue | undefined)[] {
  const column = new Array<FieldValue | undefined>(places.length);
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? BREAK;
    column[i] = place >= 0 ? (values[place] ?? null) : place === BREAK ? null : undefined;
  }
  return column;
}

const isNumber = ({ type }: Field) => type === 'number';

interface Source<F> {
  readonly clock: Clock;
  readonly frameIndex: number;
  readonly fields: readonly F[];
}

/** Frames without a time column are left out. `keep`: which fields become columns. */
export function joinByTime<F extends Field>(
  frames: readonly { readonly fields: readonly F[] }[],
  keep: (field: F) => boolean = isNumber,
): Joined<F> {
  const clocks: Clock[] = [];
  const sources: Source<F>[] = [];
  for (const [frameIndex, { fields }] of frames.entries()) {
    const time = fields.find(({ type }) => type === 'time');
    const kept = fields.filter((field) => field !== time && keep(field));
    if (time === undefined || kept.length === 0) continue;
    const step = (time.config.interval ?? 0) > 0 ? (time.config.interval ?? 0) * SLACK : Infinity;
    let clock = clocks.find(
      ({ source, interval }) => interval === step && sameValues(source, time.values),
    );
    if (clock === undefined) clocks.push((clock = clockOf(time)));
    sources.push({ clock, frameIndex, fields: kept });
  }
  const times = mergeAll(clocks.map(withBreaks));
  const places = new Map(
    clocks
      .filter((clock) => clock.order !== undefined || clock.times.length !== times.length)
      .map((clock) => [clock, placesOn(times, clock)]),
  );
  const columns = sources.flatMap(({ clock, frameIndex, fields }) => {
    const at = places.get(clock);
    return fields.map((field) => ({
      field,
      frameIndex,
      values: at === undefined ? field.values : laid(field.values, at),
    }));
  });
  return { times, columns };
}
