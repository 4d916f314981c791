import { describe, expect, it } from 'vitest';
import { breakGaps, bridgeGaps, joinColumns, nearestIndex, nearestOwn, reduceMinMax } from './join';

describe('columns on one axis', () => {
  it('leaves columns of the same times as they are', () => {
    const { times, columns } = joinColumns([
      { times: [1, 2, 3], values: [1, null, 3] },
      { times: [1, 2, 3], values: [4, 5, 6] },
    ]);
    expect([...times]).toEqual([1, 2, 3]);
    expect(columns).toEqual([
      [1, null, 3],
      [4, 5, 6],
    ]);
  });

  it('tells a gap from a moment that only others have', () => {
    const { times, columns } = joinColumns([
      { times: [1, 3, 5], values: [10, null, 50] },
      { times: [2, 3], values: [20, 30] },
    ]);
    expect([...times]).toEqual([1, 2, 3, 5]);
    expect(columns[0]).toEqual([10, undefined, null, 50]);
    expect(columns[1]).toEqual([undefined, 20, 30, undefined]);
  });

  it('breaks a line where a point is overdue', () => {
    const broken = breakGaps({ times: [0, 10, 40, 50], values: [1, 2, 3, 4] }, 10);
    expect([...Array.from(broken.times)]).toEqual([0, 10, 20, 40, 50]);
    expect(broken.values).toEqual([1, 2, null, 3, 4]);
  });

  it('bridges gaps up to the length that was asked for', () => {
    const times = [0, 10, 20, 30, 40, 50, 60];
    const column = [1, null, 2, null, null, null, 3];
    expect(bridgeGaps(times, column, 20)).toEqual([1, undefined, 2, null, null, null, 3]);
    expect(bridgeGaps(times, column, 100)).toEqual([
      1,
      undefined,
      2,
      undefined,
      undefined,
      undefined,
      3,
    ]);
  });
});

describe('reduction', () => {
  it('keeps the only peak of a hundred thousand points', () => {
    const times = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const values = Array.from(times, () => 1);
    values[54_321] = 99;
    values[70_001] = -7;
    const reduced = reduceMinMax(times, [values], 500);
    expect(reduced.times).toHaveLength(1000);
    expect(Math.max(...(reduced.columns[0] ?? []).map((one) => one ?? 0))).toBe(99);
    expect(Math.min(...(reduced.columns[0] ?? []).map((one) => one ?? 0))).toBe(-7);
    const sorted = [...reduced.times].sort((a, b) => a - b);
    expect([...reduced.times]).toEqual(sorted);
  });

  it('keeps a gap that fills a whole slot', () => {
    const times = Float64Array.from({ length: 400 }, (_, i) => i);
    const values = Array.from(times, (t) => (t >= 100 && t < 200 ? null : t));
    const { columns } = reduceMinMax(times, [values], 40);
    expect(columns[0]?.slice(20, 40).every((one) => one === null)).toBe(true);
    expect(columns[0]?.[0]).toBe(0);
  });
});

describe('what is nearest', () => {
  it('is the earlier of two that are equally far', () => {
    expect(nearestIndex([0, 10, 20], 15)).toBe(1);
    expect(nearestIndex([0, 10, 20], 16)).toBe(2);
    expect(nearestIndex([0, 10, 20], -5)).toBe(0);
    expect(nearestIndex([0, 10, 20], 500)).toBe(2);
  });

  it('looks past moments of other series but not too far, and stops at a gap', () => {
    const times = [0, 10, 20, 30, 40];
    expect(nearestOwn(times, [1, undefined, undefined, undefined, 5], 1, 15)).toBe(0);
    expect(nearestOwn(times, [1, undefined, undefined, undefined, 5], 2, 15)).toBe(-1);
    expect(nearestOwn(times, [1, null, 3, 4, 5], 1, 15)).toBe(1);
  });
});
