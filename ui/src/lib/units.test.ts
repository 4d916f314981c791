import { describe, expect, it } from 'vitest';
import { formatCount, formatFull, formatTicks, formatValue } from './units';

describe('values', () => {
  it('show four significant digits at most', () => {
    expect(formatValue(0)).toBe('0');
    expect(formatValue(0.123456)).toBe('0.1235');
    expect(formatValue(7815)).toBe('7\u2009815');
    expect(formatValue(12_345_678)).toBe('12.35 M');
    expect(formatValue(-48_070)).toBe('−48.07 k');
    expect(formatValue(0.0000123)).toBe('1.23e−5');
  });
  it('carry their unit', () => {
    expect(formatValue(1536, 'bytes')).toBe('1.5 KiB');
    expect(formatValue(3 * 2 ** 30, 'bytes/s')).toBe('3 GiB/s');
    expect(formatValue(0.0123, 'seconds')).toBe('12.3 ms');
    expect(formatValue(0, 'seconds')).toBe('0 s');
    expect(formatValue(7200, 'seconds')).toBe('2 h');
    expect(formatValue(2.4e9, 'hertz')).toBe('2.4 GHz');
  });
  it('have words for what is no number', () => {
    expect(formatValue(NaN)).toBe('NaN');
    expect(formatValue(Infinity, 'bytes')).toBe('+Inf');
    expect(formatFull(-Infinity)).toBe('−Inf');
  });
  it('are complete on hover', () => {
    expect(formatFull(8_354_398_208)).toBe('8\u2009354\u2009398\u2009208');
    expect(formatFull(-1234.5678)).toBe('−1\u2009234.5678');
    expect(formatFull(1e-7)).toBe('1e−7');
  });
});

describe('axis labels', () => {
  it('share one scale and one number of decimals', () => {
    expect(formatTicks([0, 0.5, 1, 1.5], 'none')).toEqual(['0', '0.5', '1.0', '1.5']);
    expect(formatTicks([0, 512 * 1024, 1024 * 1024], 'bytes')).toEqual(['0', '0.5 MiB', '1.0 MiB']);
    expect(formatTicks([20_000, 25_000], 'none')).toEqual(['20 k', '25 k']);
    expect(formatTicks([0.25, 0.26], 'seconds')).toEqual(['250 ms', '260 ms']);
  });
  it('stay apart however near they are', () => {
    const ticks = [1_000_000, 1_000_001, 1_000_002];
    expect(new Set(formatTicks(ticks, 'none')).size).toBe(3);
  });
});

it('counts agree with their noun', () => {
  expect(formatCount(1, 'target')).toBe('1 target');
  expect(formatCount(0, 'series', 'series')).toBe('0 series');
  expect(formatCount(12_000, 'point')).toBe('12\u2009000 points');
});
