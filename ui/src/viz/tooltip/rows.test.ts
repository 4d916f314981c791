import { describe, expect, it } from 'vitest';
import { tooltipRows, type TooltipCandidate } from './rows';

const row = (name: string, numeric: number, strong = false): TooltipCandidate => ({
  key: name,
  name,
  colour: '',
  value: String(numeric),
  numeric,
  strong,
});
const rows = [row('a', 5), row('b', 0), row('c', 9, true), row('d', NaN)];
const names = (list: readonly TooltipCandidate[]) => list.map((one) => one.name);
const multi = { mode: 'multi', sort: 'none', hideZeros: false } as const;

describe('rows of a tooltip', () => {
  it('are one or all', () => {
    expect(names(tooltipRows(rows, { ...multi, mode: 'single' }, 9).rows)).toEqual(['c']);
    expect(names(tooltipRows(rows, multi, 9).rows)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('go up or down, what is no number last', () => {
    expect(names(tooltipRows(rows, { ...multi, sort: 'desc' }, 9).rows)).toEqual([
      'c',
      'a',
      'b',
      'd',
    ]);
    expect(names(tooltipRows(rows, { ...multi, sort: 'asc' }, 9).rows)).toEqual([
      'b',
      'a',
      'c',
      'd',
    ]);
  });

  it('can do without zeros', () => {
    expect(names(tooltipRows(rows, { ...multi, hideZeros: true }, 9).rows)).toEqual([
      'a',
      'c',
      'd',
    ]);
  });

  it('always hold the one beneath the pointer, and say how many are left out', () => {
    const cut = tooltipRows(rows, multi, 2);
    expect(names(cut.rows)).toEqual(['a', 'c']);
    expect(cut.more).toBe(2);
  });
});
