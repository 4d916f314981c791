import { describe, expect, it } from 'vitest';
import {
  formatDateTime,
  formatDuration,
  formatElapsed,
  formatRelative,
  formatTimeTicks,
  formatUrlTime,
  parseDateTime,
  parseDuration,
  parseUrlTime,
} from './time';

describe('durations', () => {
  it('reads what PromQL reads', () => {
    expect(parseDuration('5m')).toBe(300_000);
    expect(parseDuration('1h30m')).toBe(5_400_000);
    expect(parseDuration('1y2w3d4h5m6s7ms')).toBe(
      365 * 86_400_000 + 17 * 86_400_000 + 4 * 3_600_000 + 5 * 60_000 + 6007,
    );
    expect(parseDuration('90')).toBe(90_000);
    expect(parseDuration('0.5')).toBe(500);
  });
  it('refuses what PromQL refuses', () => {
    for (const text of ['', '-5m', '5m1h', '1.5h', 'm', '0', '0s', '5 m']) {
      expect(parseDuration(text), text).toBeNull();
    }
  });
  it('writes the shortest exact form and reads it back', () => {
    expect(formatDuration(5_400_000)).toBe('1h30m');
    expect(formatDuration(7 * 86_400_000)).toBe('1w');
    expect(formatDuration(8 * 86_400_000)).toBe('8d');
    expect(formatDuration(1500)).toBe('1s500ms');
    for (const ms of [1, 999, 1000, 61_000, 3_599_999, 86_400_000, 10 ** 9, 365 * 86_400_000]) {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }
  });
});

describe('moments', () => {
  it('are UTC in addresses, as Prometheus has them', () => {
    const ms = Date.UTC(2026, 10, 21, 3, 40, 24);
    expect(formatUrlTime(ms)).toBe('2026-11-21 03:40:24');
    expect(parseUrlTime('2026-11-21 03:40:24')).toBe(ms);
    expect(parseUrlTime('2026-11-21 03:40')).toBe(ms - 24_000);
    expect(parseUrlTime('2026-11-21T03:40:24Z')).toBe(ms);
    expect(parseUrlTime('2026-11-21T05:40:24+02:00')).toBe(ms);
    expect(parseUrlTime(String(ms / 1000))).toBe(ms);
    expect(parseUrlTime('yesterday')).toBeNull();
  });
  it('are of the person’s zone in fields, and read back what was shown', () => {
    const ms = new Date(2026, 0, 5, 4, 3, 2).getTime();
    expect(formatDateTime(ms)).toBe('2026-01-05 04:03:02');
    expect(parseDateTime('2026-01-05 04:03:02')).toBe(ms);
    expect(parseDateTime('2026-01-05T04:03')).toBe(ms - 2000);
    expect(parseDateTime('2026-01-05')).toBe(new Date(2026, 0, 5).getTime());
    expect(parseDateTime(formatDateTime(ms + 250))).toBe(ms + 250);
    expect(parseDateTime('2026-02-30 00:00')).toBeNull();
    expect(parseDateTime('2026-01-05 25:00')).toBeNull();
    expect(parseDateTime('now')).toBeNull();
  });
  it('are spoken of as long ago or to come', () => {
    const now = 1_800_000_000_000;
    expect(formatRelative(now, now)).toBe('just now');
    expect(formatRelative(now - 12_400, now)).toBe('12 s ago');
    expect(formatRelative(now - 120_000, now)).toBe('2 min ago');
    expect(formatRelative(now - 3 * 3_600_000, now)).toBe('3 h ago');
    expect(formatRelative(now - 5 * 86_400_000, now)).toBe('5 d ago');
    expect(formatRelative(now + 8000, now)).toBe('in 8 s');
  });
  it('take a day line under the axis only where the day changes', () => {
    const start = new Date(2026, 10, 20, 23, 30).getTime();
    expect(formatTimeTicks([start, start + 1_800_000, start + 3_600_000], 1_800_000)).toEqual([
      '23:30\n20 Nov',
      '00:00\n21 Nov',
      '00:30',
    ]);
  });
});

describe('elapsed time', () => {
  it('takes the unit it is read best in', () => {
    expect(formatElapsed(0.84)).toBe('840 µs');
    expect(formatElapsed(12.34)).toBe('12.3 ms');
    expect(formatElapsed(2410)).toBe('2.41 s');
    expect(formatElapsed(200_000)).toBe('3 min 20 s');
    expect(formatElapsed(3_700_000)).toBe('1 h 1 min');
    expect(formatElapsed(3 * 86_400_000)).toBe('3 d 0 h');
  });
});
