import { describe, expect, it } from 'vitest';
import { PERCENTILES, REDUCERS, reduceField, reduceOne, reducerInfo } from './reducers';

const numbers = (values: readonly (number | null)[]) => ({ type: 'number' as const, values });

describe('reducers', () => {
  it('have the names that dashboards know', () => {
    expect(REDUCERS.length).toBe(25);
    expect(PERCENTILES.length).toBe(99);
    expect(PERCENTILES.map(({ name }) => name).slice(0, 13)).toContain('11th %');
    expect(reducerInfo('p93')?.name).toBe('93rd %');
    expect(reducerInfo('avg')?.id).toBe('mean');
    expect(reducerInfo('nothing')).toBeUndefined();
  });
  it('answer under the name that was asked for', () => {
    expect(reduceField(numbers([1, 2, 6]), ['avg', 'total', 'current', 'nothing'])).toEqual({
      avg: 3,
      total: 9,
      current: 6,
      nothing: null,
    });
  });
  it('skip what is no number in middles and spreads', () => {
    const field = numbers([3, null, NaN, 1, 2]);
    expect(reduceField(field, ['median', 'p50', 'p99', 'stdDev', 'lastNotNull'])).toEqual({
      median: 2,
      p50: 2,
      p99: 3,
      stdDev: Math.sqrt(2 / 3),
      lastNotNull: 2,
    });
    expect(reduceOne(numbers([null, NaN]), 'median')).toBeNull();
  });
  it('leave the climb after a reset out of the increase', () => {
    expect(reduceOne(numbers([1, 5, 0, 2, 4]), 'delta')).toBe(6);
  });
  it('know texts as values', () => {
    const field = { type: 'string' as const, values: ['a', null, 'b'] };
    expect(reduceField(field, ['allIsNull', 'count', 'lastNotNull', 'max'])).toEqual({
      allIsNull: false,
      count: 2,
      lastNotNull: 'b',
      max: null,
    });
  });
  it('of nothing are nothing', () => {
    expect(reduceField(numbers([]), ['sum', 'mean', 'allIsNull', 'allIsZero', 'count'])).toEqual({
      sum: 0,
      mean: null,
      allIsNull: true,
      allIsZero: false,
      count: 0,
    });
  });
});
