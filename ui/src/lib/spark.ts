// A small picture of series as SVG paths, in a box of 0..WIDTH by 0..HEIGHT that is stretched to fit.

export const SPARK_WIDTH = 1000;
export const SPARK_HEIGHT = 100;

export interface SparkInput {
  readonly times: Float64Array;
  readonly values: readonly (readonly (number | null)[])[];
  readonly startMs: number;
  readonly endMs: number;
  readonly threshold: number | null;
  /** Other values that must be in view. */
  readonly also?: readonly number[];
}

export interface Spark {
  readonly paths: readonly string[];
  readonly thresholdY: number | null;
  readonly min: number;
  readonly max: number;
  /** Where a value lies, from the top. */
  readonly y: (value: number) => number;
}

function bounds(input: SparkInput): [number, number] {
  let min = input.threshold ?? Infinity;
  let max = input.threshold ?? -Infinity;
  for (const column of [...input.values, input.also ?? []]) {
    for (const value of column) {
      if (value === null) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (min > max) return [0, 1];
  if (min >= 0 && min <= max * 0.6) min = 0;
  const air = max === min ? Math.abs(max) * 0.5 || 1 : (max - min) * 0.08;
  return [min === 0 ? 0 : min - air, max + air];
}

export function sparkPaths(input: SparkInput): Spark {
  const [min, max] = bounds(input);
  const span = Math.max(1, input.endMs - input.startMs);
  const x = (ms: number) => round(((ms - input.startMs) / span) * SPARK_WIDTH);
  const y = (value: number) => round((1 - (value - min) / (max - min)) * SPARK_HEIGHT);
  const paths = input.values.map((column) => {
    let path = '';
    let open = false;
    column.forEach((value, i) => {
      if (value === null) {
        open = false;
        return;
      }
      const lonely = !open && column[i + 1] == null;
      const point = `${x(input.times[i] ?? 0)} ${y(value)}`;
      path += `${open ? 'L' : 'M'}${point}${lonely ? 'h0.01' : ''}`;
      open = true;
    });
    return path;
  });
  return { paths, thresholdY: input.threshold === null ? null : y(input.threshold), min, max, y };
}

const round = (value: number): number => Math.round(value * 10) / 10;
