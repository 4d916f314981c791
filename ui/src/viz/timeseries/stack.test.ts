import { describe, expect, it } from 'vitest';
import { stackColumns, type StackInput } from './stack';

const input = (
  values: (number | null | undefined)[],
  over: Partial<StackInput> = {},
): StackInput => ({
  values,
  mode: 'normal',
  group: 'A',
  negative: false,
  shown: true,
  ...over,
});

describe('stacking', () => {
  it('adds up in order and names the field between neighbours', () => {
    const { columns, bands } = stackColumns([input([1, 2]), input([10, 20]), input([100, 200])]);
    expect(columns).toEqual([
      [1, 2],
      [11, 22],
      [111, 222],
    ]);
    expect(bands).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('keeps groups and the sides of zero apart', () => {
    const { columns } = stackColumns([
      input([1]),
      input([10], { group: 'B' }),
      input([-5], { negative: true }),
      input([2]),
      input([-7], { negative: true }),
    ]);
    expect(columns).toEqual([[1], [10], [-5], [3], [-12]]);
  });

  it('leaves out what is hidden, and leaves alone what is not stacked', () => {
    const { columns, bands } = stackColumns([
      input([1]),
      input([10], { shown: false }),
      input([3]),
      input([9], { mode: 'none' }),
    ]);
    expect(columns[2]).toEqual([4]);
    expect(columns[3]).toEqual([9]);
    expect(bands).toEqual([[2, 0]]);
  });

  it('makes shares of one, also where all is nought', () => {
    const { columns } = stackColumns([
      input([1, 0], { mode: 'percent' }),
      input([3, 0], { mode: 'percent' }),
    ]);
    expect(columns).toEqual([
      [0.25, 0],
      [1, 0],
    ]);
  });

  it('lets a gap be a gap that adds nothing', () => {
    const { columns } = stackColumns([input([1, null]), input([2, 2])]);
    expect(columns).toEqual([
      [1, null],
      [3, 2],
    ]);
  });
});
