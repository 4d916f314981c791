import { describe, expect, it } from 'vitest';
import {
  describeRange,
  formatTimeText,
  parseInterval,
  parseTime,
  QUICK_RANGES,
  resolveRange,
  shiftRange,
  zoomOut,
  type TimeContext,
} from './time';

// A Wednesday.
const now = Date.UTC(2026, 6, 15, 13, 45, 30, 250);
const utc: TimeContext = { now, timezone: 'utc' };
const at = (text: string, up = false, context = utc) => {
  const ms = parseTime(text, up, context);
  return ms === null ? null : new Date(ms).toISOString();
};

describe('expressions of time', () => {
  it('count from now in fixed units', () => {
    expect(parseTime('now', false, utc)).toBe(now);
    expect(parseTime('now-6h', false, utc)).toBe(now - 6 * 3_600_000);
    expect(parseTime('now-1h30m', false, utc)).toBeNull();
    expect(parseTime('now-1h-30m', false, utc)).toBe(now - 5_400_000);
    expect(parseTime('now+90s', false, utc)).toBe(now + 90_000);
    expect(parseTime('now-m', false, utc)).toBe(now - 60_000);
  });
  it('round down for the start of a range and up for its end', () => {
    expect(at('now/d')).toBe('2026-07-15T00:00:00.000Z');
    expect(at('now/d', true)).toBe('2026-07-15T23:59:59.999Z');
    expect(at('now-6h/d')).toBe('2026-07-15T00:00:00.000Z');
    expect(at('now/h')).toBe('2026-07-15T13:00:00.000Z');
    expect(at('now/h', true)).toBe('2026-07-15T13:59:59.999Z');
    expect(at('now-1d/d', true)).toBe('2026-07-14T23:59:59.999Z');
  });
  it('know weeks, months, quarters and years of the calendar', () => {
    expect(at('now/w')).toBe('2026-07-13T00:00:00.000Z');
    expect(at('now/w', false, { ...utc, weekStart: 'sunday' })).toBe('2026-07-12T00:00:00.000Z');
    expect(at('now/w', false, { ...utc, weekStart: 'saturday' })).toBe('2026-07-11T00:00:00.000Z');
    expect(at('now-1M/M', true)).toBe('2026-06-30T23:59:59.999Z');
    expect(at('now/Q')).toBe('2026-07-01T00:00:00.000Z');
    expect(at('now/y', true)).toBe('2026-12-31T23:59:59.999Z');
  });
  it('keep to the last day of a shorter month', () => {
    const march = { ...utc, now: Date.UTC(2026, 2, 31, 12) };
    expect(at('now-1M', false, march)).toBe('2026-02-28T12:00:00.000Z');
  });
  it('know years and quarters that begin in another month', () => {
    const fiscal = { ...utc, fiscalYearStartMonth: 3 };
    expect(at('now/fy', false, fiscal)).toBe('2026-04-01T00:00:00.000Z');
    expect(at('now/fy', true, fiscal)).toBe('2027-03-31T23:59:59.999Z');
    expect(at('now-1y/fy', false, fiscal)).toBe('2025-04-01T00:00:00.000Z');
    expect(at('now/fQ', false, { ...utc, fiscalYearStartMonth: 1 })).toBe(
      '2026-05-01T00:00:00.000Z',
    );
  });
  it('are of the zone they are read in, over a change of clocks too', () => {
    // Berlin went to summer time on 29 March 2026.
    const berlin = { now: Date.UTC(2026, 2, 29, 12), timezone: 'Europe/Berlin' };
    expect(at('now/d', false, berlin)).toBe('2026-03-28T23:00:00.000Z');
    expect(at('now/d', true, berlin)).toBe('2026-03-29T21:59:59.999Z');
    expect(at('now-1d', false, berlin)).toBe('2026-03-28T13:00:00.000Z');
    expect(at('2026-01-05 04:03:02', false, berlin)).toBe('2026-01-05T03:03:02.000Z');
    // 02:30 is skipped that night.
    expect(at('2026-03-29 02:30:00', false, berlin)).toBe('2026-03-29T01:30:00.000Z');
  });
  it('may be absolute: ISO, by the calendar, milliseconds', () => {
    expect(at('2026-01-05T04:03:02Z')).toBe('2026-01-05T04:03:02.000Z');
    expect(at('2026-01-05T04:03:02.5+02:00')).toBe('2026-01-05T02:03:02.500Z');
    expect(at('2026-01-05')).toBe('2026-01-05T00:00:00.000Z');
    expect(at('2026-01-05', true)).toBe('2026-01-05T23:59:59.999Z');
    expect(at('20260105T040302')).toBe('2026-01-05T04:03:02.000Z');
    expect(parseTime(String(now), false, utc)).toBe(now);
    expect(parseTime(now, true, utc)).toBe(now);
    expect(at(`${now}||-1d/d`)).toBe('2026-07-14T00:00:00.000Z');
  });
  it('are refused where they mean nothing', () => {
    for (const text of [
      '',
      'yesterday',
      'now-',
      'now-5x',
      'now/z',
      'now 5m',
      '2026-02-30',
      'now-99999999d',
    ]) {
      expect(parseTime(text, false, utc), text).toBeNull();
    }
  });
});

describe('ranges', () => {
  it('fall back to the last six hours, and are never the wrong way round', () => {
    expect(resolveRange({ from: 'x', to: 'y' }, utc)).toEqual({ from: now - 21_600_000, to: now });
    const turned = resolveRange({ from: 'now', to: 'now-1h' }, utc);
    expect(turned).toEqual({ from: now - 3_600_000, to: now });
  });
  it('are described in words', () => {
    expect(describeRange({ from: 'now-5m', to: 'now' }, 'utc')).toBe('Last 5 minutes');
    expect(describeRange({ from: 'now-1d/d', to: 'now-1d/d' }, 'utc')).toBe('Yesterday');
    expect(describeRange({ from: 'now-3w', to: 'now' }, 'utc')).toBe('Last 3 weeks');
    expect(describeRange({ from: 'now-1s', to: 'now' }, 'utc')).toBe('Last 1 second');
    expect(describeRange({ from: String(now), to: 'now' }, 'utc')).toBe(
      '2026-07-15 13:45:30 to now',
    );
    expect(
      describeRange({ from: 'now-9h', to: 'now-1h' }, 'utc', [
        { from: 'now-9h', to: 'now-1h', display: 'My shift' },
      ]),
    ).toBe('My shift');
  });
  it('offered for choice can all be read', () => {
    expect(QUICK_RANGES.length).toBeGreaterThan(30);
    for (const range of QUICK_RANGES) {
      const from = parseTime(range.from, false, utc);
      const to = parseTime(range.to, true, utc);
      expect(from, range.display).not.toBeNull();
      expect(to, range.display).not.toBeNull();
      expect(Number(from), range.display).toBeLessThanOrEqual(Number(to));
    }
  });
  it('shift by half of themselves, and never past now', () => {
    const range = { from: now - 7_200_000, to: now - 3_600_000 };
    expect(shiftRange(range, -1, now)).toEqual({
      from: String(now - 9_000_000),
      to: String(now - 5_400_000),
    });
    expect(shiftRange({ from: now - 3_600_000, to: now - 60_000 }, 1, now)).toEqual({
      from: String(now - 3_540_000),
      to: String(now),
    });
    expect(shiftRange({ from: now - 3_600_000, to: now }, 1, now).to).toBe(String(now));
  });
  it('zoom out to twice their width about their middle, and never past now', () => {
    const past = zoomOut({ from: 1_000_000, to: 2_000_000 }, now);
    expect(past).toEqual({ from: '500000', to: '2500000' });
    const recent = zoomOut({ from: now - 3_600_000, to: now }, now);
    expect(recent).toEqual({ from: String(now - 7_200_000), to: String(now) });
  });
});

describe('texts of time', () => {
  it('show moments by the calendar and expressions as they stand', () => {
    expect(formatTimeText('now-6h', 'utc')).toBe('now-6h');
    expect(formatTimeText(String(now), 'utc')).toBe('2026-07-15 13:45:30');
    expect(formatTimeText('rubbish', 'utc')).toBe('rubbish');
  });
});

describe('intervals', () => {
  it('are read in the units of dashboards', () => {
    expect(parseInterval('30s')).toBe(30_000);
    expect(parseInterval('1h30m')).toBe(5_400_000);
    expect(parseInterval('1d')).toBe(86_400_000);
    expect(parseInterval('500ms')).toBe(500);
    for (const text of ['', '5', 'm', '-5m', '$interval', '0s'])
      expect(parseInterval(text)).toBeNull();
  });
});
