import { describe, expect, it } from 'vitest';
import { legendWidth, nextHidden, placeLegend, sortLegend, type LegendItem } from './rows';

const item = (name: string, max: number): LegendItem => ({
  name,
  colour: 'red',
  values: [{ title: 'Max', text: String(max), numeric: max }],
});
const items = [item('b', 1), item('a10', NaN), item('a2', 3)];
const names = (list: readonly LegendItem[]) => list.map((one) => one.name);

describe('the order of a legend', () => {
  it('goes by a column, what is no number last either way', () => {
    expect(names(sortLegend(items, { by: 'Max', down: true }))).toEqual(['a2', 'b', 'a10']);
    expect(names(sortLegend(items, { by: 'max', down: false }))).toEqual(['b', 'a2', 'a10']);
  });

  it('goes by name as people count', () => {
    expect(names(sortLegend(items, { by: 'Name', down: false }))).toEqual(['a2', 'a10', 'b']);
  });

  it('stays where the column is not there', () => {
    expect(sortLegend(items, { by: 'Mean', down: true })).toBe(items);
  });
});

describe('a click in the legend', () => {
  const all = ['a', 'b', 'c'];
  it('shows one alone, and all at the second time', () => {
    const once = nextHidden(all, new Set(), 'b', false);
    expect([...once]).toEqual(['a', 'c']);
    expect(nextHidden(all, once, 'b', false).size).toBe(0);
  });

  it('with ctrl switches that one', () => {
    const once = nextHidden(all, new Set(['a']), 'b', true);
    expect([...once].sort()).toEqual(['a', 'b']);
    expect([...nextHidden(all, once, 'a', true)]).toEqual(['b']);
  });
});

describe('the place of a legend', () => {
  const choice = { show: true, mode: 'table', place: 'right', width: undefined } as const;
  it('is below where the panel is narrow and nowhere where it is small', () => {
    expect(placeLegend(choice, 800, 300)).toBe('right');
    expect(placeLegend(choice, 300, 300)).toBe('bottom');
    expect(placeLegend(choice, 160, 90)).toBe('none');
    expect(placeLegend({ ...choice, show: false }, 800, 300)).toBe('none');
  });

  it('leaves room for the drawing', () => {
    const long = [item('x'.repeat(400), 1)];
    expect(legendWidth(choice, long, 600)).toBeLessThanOrEqual(360);
    expect(legendWidth({ ...choice, width: 200 }, long, 600)).toBe(200);
  });
});
