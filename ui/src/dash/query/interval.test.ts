import { describe, expect, it } from 'vitest';
import { parseInterval } from '../time';
import { formatInterval, panelInterval, roundInterval } from './interval';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const range = (width: number) => ({ from: 0, to: width });

describe('rounding', () => {
  it('follows the table, upper bounds exclusive', () => {
    const table: [number, string][] = [
      [9, '1ms'],
      [10, '10ms'],
      [14, '10ms'],
      [15, '20ms'],
      [749, '500ms'],
      [1499, '1s'],
      [1500, '2s'],
      [7499, '5s'],
      [12_499, '10s'],
      [12_500, '15s'],
      [24_999, '20s'],
      [44_999, '30s'],
      [45_000, '1m'],
      [209_999, '2m'],
      [89 * 60_000, '1h'],
      [23 * HOUR, '12h'],
      [6 * DAY, '1d'],
      [20 * DAY, '7d'],
      [41 * DAY, '30d'],
      [42 * DAY, '1y'],
    ];
    for (const [ms, text] of table)
      expect(formatInterval(roundInterval(ms)), String(ms)).toBe(text);
  });
  it('gives what Grafana gives for usual ranges and widths', () => {
    const at = (width: number, px: number) =>
      formatInterval(
        panelInterval({ maxDataPoints: null, minInterval: '' }, range(width), px, '').intervalMs,
      );
    expect(at(6 * HOUR, 800)).toBe('30s');
    expect(at(24 * HOUR, 1100)).toBe('1m');
    expect(at(7 * DAY, 1000)).toBe('10m');
    expect(at(30 * DAY, 1000)).toBe('30m');
  });
});

describe('the interval of a panel', () => {
  const wide = range(HOUR);
  it('is not below that of the panel, the source, or 15 seconds', () => {
    const of = (minInterval: string, source: string) =>
      panelInterval({ maxDataPoints: null, minInterval }, wide, 3600, source).intervalMs;
    expect(of('', '')).toBe(15_000);
    expect(of('', '1m')).toBe(60_000);
    expect(of('5m', '1m')).toBe(300_000);
    expect(of('>2m', '')).toBe(120_000);
    expect(of('1s', '1m')).toBe(1000);
    expect(of('$unknown', '30s')).toBe(30_000);
  });
  it('takes the panel’s number of points over its width', () => {
    const of = (maxDataPoints: number | null, px: number) =>
      panelInterval({ maxDataPoints, minInterval: '1s' }, wide, px, '');
    expect(of(100, 2000)).toEqual({ intervalMs: 30_000, maxDataPoints: 100 });
    expect(of(null, 0).maxDataPoints).toBe(500);
    expect(of(null, 812.6).maxDataPoints).toBe(812);
  });
});

describe('writing', () => {
  it('is exact and is read back as the same', () => {
    expect(formatInterval(90_000)).toBe('1m30s');
    expect(formatInterval(1500)).toBe('1s500ms');
    for (const ms of [1, 999, 15_000, 90_000, 3_661_000, DAY, 400 * DAY]) {
      expect(parseInterval(formatInterval(ms))).toBe(ms);
    }
  });
});
