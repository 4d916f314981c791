import { describe, expect, it } from 'vitest';
import { alignDecimals, stepsFor, valueRange, type RangeRules } from './range';

const rules = (over: Partial<RangeRules> = {}): RangeRules => ({
  min: null,
  max: null,
  softMin: null,
  softMax: null,
  centredZero: false,
  fromZero: false,
  percent: false,
  distribution: 'linear',
  base: 10,
  ...over,
});

describe('the range of an axis', () => {
  it('holds to hard bounds whatever the data', () => {
    expect(valueRange(rules({ min: 0, max: 100 }), -50, 400)).toEqual([0, 100]);
  });

  it('gives way beyond soft bounds', () => {
    const soft = rules({ softMin: 0, softMax: 10 });
    expect(valueRange(soft, 2, 5)).toEqual([0, 10]);
    const [low, high] = valueRange(soft, -3, 50);
    expect(low).toBeLessThanOrEqual(-3);
    expect(high).toBeGreaterThanOrEqual(50);
  });

  it('puts bars on zero', () => {
    const [low, high] = valueRange(rules({ fromZero: true }), 90, 100);
    expect(low).toBe(0);
    expect(high).toBeGreaterThanOrEqual(100);
  });

  it('has room where there is no data or only one value', () => {
    for (const [min, max] of [
      [null, null],
      [5, 5],
      [0, 0],
      [-2, -2],
    ] as const) {
      const [low, high] = valueRange(rules(), min, max);
      expect(low).toBeLessThan(high);
    }
  });

  it('puts zero in the middle', () => {
    const [low, high] = valueRange(rules({ centredZero: true }), -3, 10);
    expect(low).toBe(-high);
    expect(high).toBeGreaterThanOrEqual(10);
  });

  it('never falls to nought on a logarithmic scale', () => {
    for (const [min, max] of [
      [0.003, 400],
      [-5, 100],
      [0, 0],
      [null, null],
    ] as const) {
      const [low, high] = valueRange(rules({ distribution: 'log' }), min, max);
      expect(low).toBeGreaterThan(0);
      expect(high).toBeGreaterThan(low);
    }
  });

  it('shows the whole of shares', () => {
    expect(valueRange(rules({ percent: true }), 0.1, 0.4)).toEqual([0, 1]);
    expect(valueRange(rules({ percent: true }), -0.2, 0.4)).toEqual([-1, 1]);
  });
});

describe('words at the ticks', () => {
  it('have as many decimals each', () => {
    expect(alignDecimals(['0', '0.5 s', '1 s', '1.5 s'])).toEqual(['0', '0.5 s', '1.0 s', '1.5 s']);
  });

  it('have as many decimals as those of their unit, and no more than they need', () => {
    expect(alignDecimals(['500 ms', '1 s', '1.50 s'])).toEqual(['500 ms', '1.0 s', '1.5 s']);
    expect(alignDecimals(['0.00%', '1.00%', '2.00%'])).toEqual(['0%', '1%', '2%']);
    expect(alignDecimals(['800 io/s', '1K io/s', '1.20K io/s'])).toEqual([
      '800 io/s',
      '1.0K io/s',
      '1.2K io/s',
    ]);
  });

  it('stay alone where there are words', () => {
    expect(alignDecimals(['Down', 'Up'])).toEqual(['Down', 'Up']);
  });

  it('fall on powers of two for bytes and on minutes for seconds', () => {
    expect(stepsFor('bytes')).toContain(1024 ** 3);
    expect(stepsFor('s')).toContain(300);
    expect(stepsFor('bool_yes_no')).not.toContain(0.5);
    expect(stepsFor('short')).toBeUndefined();
  });
});
