// Range results as columns on one time axis, the shape the chart draws.

export interface RawSeries {
  /** Milliseconds, ascending, as long as `values`. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface Columns {
  readonly times: Float64Array;
  /** Null where there is no finite number: the line breaks there. */
  readonly values: (number | null)[][];
}

/** Lays each series on the evaluation grid; a step without a sample stays a gap. */
export function toColumns(
  series: readonly RawSeries[],
  startMs: number,
  endMs: number,
  stepMs: number,
): Columns {
  const count = Math.max(0, Math.floor((endMs - startMs) / stepMs + 1e-6)) + 1;
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) times[i] = startMs + i * stepMs;
  const values = series.map((one) => {
    const column = new Array<number | null>(count).fill(null);
    for (let i = 0; i < one.times.length; i++) {
      const value = one.values[i] ?? NaN;
      const slot = Math.round(((one.times[i] ?? 0) - startMs) / stepMs);
      if (slot >= 0 && slot < count && Number.isFinite(value)) column[slot] = value;
    }
    return column;
  });
  return { times, values };
}

/** Each column on top of those before it; a gap stays a gap and adds nothing. */
export function stack(columns: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const length = columns[0]?.length ?? 0;
  const sums = new Float64Array(length);
  return columns.map((column) =>
    column.map((value, i) => {
      if (value === null) return null;
      sums[i] = (sums[i] ?? 0) + value;
      return sums[i] ?? null;
    }),
  );
}

export interface ColumnSummary {
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
}

export function summarise(column: readonly (number | null)[]): ColumnSummary {
  let last: number | null = null;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  for (const value of column) {
    if (value === null) continue;
    last = value;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  return count === 0
    ? { last: null, min: null, max: null, mean: null }
    : { last, min, max, mean: sum / count };
}

/** Samples with a gap on either side: a line would not show them, so they get a dot. */
export function lonelyPoints(column: ArrayLike<number | null | undefined>): number[] {
  const lonely: number[] = [];
  for (let i = 0; i < column.length; i++) {
    if (column[i] == null) continue;
    if (column[i - 1] == null && column[i + 1] == null) lonely.push(i);
  }
  return lonely;
}
