// Series of their own times on one axis. `null` is a gap that breaks a line; `undefined` a moment
// that only other series have, which a line passes over.

export type Cell = number | null | undefined;
export type Column = Cell[];

export interface RawColumn {
  /** Ascending. */
  readonly times: ArrayLike<number>;
  readonly values: readonly (number | null)[];
}

/** A null is put where two points are further apart than they should be. */
export function breakGaps(column: RawColumn, thresholdMs: number): RawColumn {
  const { times, values } = column;
  const limit = thresholdMs * 1.01;
  let gaps = 0;
  for (let i = 1; i < times.length; i++) {
    if ((times[i] ?? 0) - (times[i - 1] ?? 0) > limit) gaps++;
  }
  if (gaps === 0) return column;
  const outTimes: number[] = [];
  const outValues: (number | null)[] = [];
  for (let i = 0; i < times.length; i++) {
    const now = times[i] ?? 0;
    const before = times[i - 1];
    if (before !== undefined && now - before > limit) {
      outTimes.push(before + thresholdMs);
      outValues.push(null);
    }
    outTimes.push(now);
    outValues.push(values[i] ?? null);
  }
  return { times: outTimes, values: outValues };
}

/** Gaps no longer than this are passed over. */
export function bridgeGaps(times: ArrayLike<number>, column: Column, upToMs: number): Column {
  if (upToMs <= 0) return column;
  const out = [...column];
  let last = -1;
  for (let i = 0; i < out.length; i++) {
    if (out[i] == null) continue;
    if (last >= 0 && i > last + 1 && (times[i] ?? 0) - (times[last] ?? 0) <= upToMs) {
      for (let k = last + 1; k < i; k++) out[k] = undefined;
    }
    last = i;
  }
  return out;
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function joinColumns(columns: readonly RawColumn[]): {
  times: Float64Array;
  columns: Column[];
} {
  const first = columns[0];
  if (first === undefined) return { times: new Float64Array(0), columns: [] };
  if (columns.every((one) => same(one.times, first.times))) {
    return {
      times: Float64Array.from(first.times),
      columns: columns.map((one) => [...one.values]),
    };
  }
  const all = new Float64Array(columns.reduce((sum, one) => sum + one.times.length, 0));
  let filled = 0;
  for (const { times } of columns) {
    all.set(Float64Array.from(times), filled);
    filled += times.length;
  }
  all.sort();
  let count = 0;
  for (let i = 0; i < all.length; i++) {
    const time = all[i] ?? NaN;
    if (Number.isNaN(time) || (count > 0 && all[count - 1] === time)) continue;
    all[count++] = time;
  }
  const times = all.slice(0, count);
  return { times, columns: columns.map((one) => spread(one, times)) };
}

function spread(column: RawColumn, times: Float64Array): Column {
  const out: Column = new Array<Cell>(times.length).fill(undefined);
  let at = 0;
  for (let i = 0; i < column.times.length; i++) {
    const time = column.times[i] ?? NaN;
    while (at < times.length && (times[at] ?? 0) < time) at++;
    if (times[at] === time) out[at] = column.values[i] ?? null;
  }
  return out;
}

/**
 * At most two points a slot for every series, its least and its greatest: a peak of one second
 * stays on a picture of a year.
 */
export function reduceMinMax(
  times: Float64Array,
  columns: readonly Column[],
  slots: number,
): { times: Float64Array; columns: Column[] } {
  const length = times.length;
  if (length <= slots * 2) return { times, columns: [...columns] };
  const outTimes = new Float64Array(slots * 2);
  const edge = (slot: number) => Math.round((slot * length) / slots);
  for (let slot = 0; slot < slots; slot++) {
    outTimes[slot * 2] = times[edge(slot)] ?? 0;
    outTimes[slot * 2 + 1] = times[edge(slot + 1) - 1] ?? 0;
  }
  const reduced = columns.map((column) => {
    const out: Column = new Array<Cell>(slots * 2).fill(undefined);
    for (let slot = 0; slot < slots; slot++) {
      const [a, b] = extremes(column, edge(slot), edge(slot + 1));
      out[slot * 2] = a;
      out[slot * 2 + 1] = b;
    }
    return out;
  });
  return { times: outTimes, columns: reduced };
}

/** Least and greatest in the order they come in; null twice for a stretch that is all gap. */
function extremes(column: Column, from: number, to: number): [Cell, Cell] {
  let least = -1;
  let most = -1;
  let gap = false;
  for (let i = from; i < to; i++) {
    const value = column[i];
    if (value === null) gap = true;
    if (value == null) continue;
    if (least < 0 || value < (column[least] ?? 0)) least = i;
    if (most < 0 || value > (column[most] ?? 0)) most = i;
  }
  if (least < 0) return gap ? [null, null] : [undefined, undefined];
  return least <= most ? [column[least], column[most]] : [column[most], column[least]];
}

/** Index of the nearest time. */
export function nearestIndex(times: ArrayLike<number>, time: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  const after = times[low] ?? Infinity;
  const before = times[low - 1] ?? -Infinity;
  return low > 0 && time - before <= after - time ? low - 1 : low;
}

/** The nearest moment this series has a word on, which may be a gap; -1 beyond `within`. */
export function nearestOwn(
  times: ArrayLike<number>,
  column: Column,
  index: number,
  within: number,
): number {
  if (column[index] !== undefined) return index;
  const time = times[index] ?? 0;
  for (let away = 1; away < column.length; away++) {
    const before = index - away;
    const after = index + away;
    const hasBefore = column[before] != null && time - (times[before] ?? 0) <= within;
    const hasAfter = column[after] != null && (times[after] ?? 0) - time <= within;
    if (hasBefore && hasAfter) {
      return time - (times[before] ?? 0) <= (times[after] ?? 0) - time ? before : after;
    }
    if (hasBefore) return before;
    if (hasAfter) return after;
    const done = before < 0 || time - (times[before] ?? 0) > within;
    if (done && (after >= column.length || (times[after] ?? 0) - time > within)) return -1;
  }
  return -1;
}
