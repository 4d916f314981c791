import { describe, expect, it } from 'vitest';
import { lonelyPoints, stack, summarise, toColumns } from './columns';

const series = (points: [number, number][]) => ({
  times: Float64Array.from(points, ([time]) => time),
  values: Float64Array.from(points, ([, value]) => value),
});

describe('columns', () => {
  it('lie on the grid asked for, and a missing step stays a gap', () => {
    const { times, values } = toColumns(
      [
        series([
          [1000, 1],
          [3000, 3],
        ]),
      ],
      0,
      4000,
      1000,
    );
    expect([...times]).toEqual([0, 1000, 2000, 3000, 4000]);
    expect(values).toEqual([[null, 1, null, 3, null]]);
  });
  it('break where there is no finite number', () => {
    const { values } = toColumns(
      [
        series([
          [0, NaN],
          [1000, Infinity],
          [2000, 2],
        ]),
      ],
      0,
      2000,
      1000,
    );
    expect(values).toEqual([[null, null, 2]]);
  });
  it('keep the last point where the step is no whole number of milliseconds', () => {
    const points: [number, number][] = [0, 333, 667, 1000].map((t) => [t, t]);
    const { values } = toColumns([series(points)], 0, 1000, 1000 / 3);
    expect(values).toEqual([[0, 333, 667, 1000]]);
  });
  it('ignore samples outside of what was asked', () => {
    const { values } = toColumns(
      [
        series([
          [-1000, 1],
          [5000, 1],
          [1000, 7],
        ]),
      ],
      0,
      2000,
      1000,
    );
    expect(values).toEqual([[null, 7, null]]);
  });
});

it('stacking adds what is there and keeps gaps', () => {
  expect(
    stack([
      [1, 2, null],
      [10, null, 30],
    ]),
  ).toEqual([
    [1, 2, null],
    [11, null, 30],
  ]);
  expect(stack([])).toEqual([]);
});

it('summaries leave gaps out', () => {
  expect(summarise([null, 4, -2, null, 1, null])).toEqual({ last: 1, min: -2, max: 4, mean: 1 });
  expect(summarise([null])).toEqual({ last: null, min: null, max: null, mean: null });
});

it('a point between gaps is found, one beside another is not', () => {
  expect(lonelyPoints([1, null, 2, 3, null, 4])).toEqual([0, 5]);
});
