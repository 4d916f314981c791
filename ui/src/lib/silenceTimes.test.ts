import { describe, expect, it } from 'vitest';
import { readTimes, timesFor, withDuration, withEnd, withStart } from './silenceTimes';
import { formatDateTime } from './time';

const HOUR = 3_600_000;
const now = new Date(2026, 10, 21, 14, 0, 0).getTime();
const at = (hours: number) => formatDateTime(now + hours * HOUR);

describe('times of a silence', () => {
  it('start now and last two hours', () => {
    const times = timesFor(null, 2 * HOUR, now);
    expect(times).toEqual({ start: '', duration: '2h', end: at(2) });
    expect(readTimes(times, now)).toEqual({
      startsAt: now,
      endsAt: now + 2 * HOUR,
      errors: { start: null, duration: null, end: null },
    });
  });

  it('duration moves the end, the end changes the duration', () => {
    const longer = withDuration(timesFor(null, HOUR, now), '1d', now);
    expect(longer.end).toBe(at(24));
    expect(withEnd(longer, at(3), now).duration).toBe('3h');
  });

  it('a later start moves the end along', () => {
    const later = withStart(timesFor(null, HOUR, now), at(5), now);
    expect(later.end).toBe(at(6));
    expect(readTimes(later, now)).toMatchObject({
      startsAt: now + 5 * HOUR,
      endsAt: now + 6 * HOUR,
    });
  });

  it('a start of now holds the duration while the form stands open', () => {
    const times = timesFor(null, HOUR, now);
    expect(readTimes(times, now + 10 * 60_000).endsAt).toBe(now + HOUR + 10 * 60_000);
  });

  it('keeps what was typed and says what is wrong with it', () => {
    const odd = withDuration(timesFor(null, HOUR, now), 'soon', now);
    expect(odd).toMatchObject({ duration: 'soon', end: at(1) });
    expect(readTimes(odd, now).errors.duration).toMatch(/such as/);
    const back = withEnd(timesFor(now + HOUR, HOUR, now), at(0.5), now);
    expect(back.duration).toBe('1h');
    expect(readTimes(back, now).errors.end).toBe('Must be after the start');
    const past = timesFor(now - 3 * HOUR, HOUR, now);
    expect(readTimes(past, now).errors.end).toBe('Is in the past');
    expect(readTimes(withStart(past, 'x', now), now).errors.start).toMatch(/date and time/);
  });
});
