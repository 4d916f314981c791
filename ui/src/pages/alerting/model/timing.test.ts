import { describe, expect, it } from 'vitest';
import {
  emptyInterval,
  intervalProblem,
  intervalsOf,
  intervalWords,
  storedInterval,
  weekdaysOn,
  withWeekday,
} from './timing';

describe('a mute timing', () => {
  const stored = {
    times: [{ start_time: '22:00', end_time: '24:00' }],
    weekdays: ['monday:wednesday', 'sunday'],
    days_of_month: [],
    months: ['december'],
    years: [],
    location: 'Europe/Berlin',
  };

  it('comes back as it was', () => {
    const [draft = emptyInterval()] = intervalsOf({
      name: 'n',
      time_intervals: [stored],
      provenance: '',
    });
    expect(storedInterval(draft)).toEqual({
      times: stored.times,
      weekdays: stored.weekdays,
      months: ['december'],
      location: 'Europe/Berlin',
    });
    expect(intervalWords(draft)).toBe(
      '22:00-24:00 · monday:wednesday, sunday · december (Europe/Berlin)',
    );
  });

  it('has days that are on or off', () => {
    expect([...weekdaysOn('monday:wednesday, sunday')]).toEqual([
      'monday',
      'tuesday',
      'wednesday',
      'sunday',
    ]);
    expect(withWeekday('monday:wednesday', 'tuesday', false)).toBe('monday, wednesday');
  });

  it('says what is wrong with its times', () => {
    expect(intervalProblem({ ...emptyInterval(), times: '8-17' })).toBe(
      'Times such as 08:00-17:00',
    );
    expect(intervalProblem({ ...emptyInterval(), times: '22:00-06:00' })).toContain('A night');
    expect(intervalProblem({ ...emptyInterval(), times: '08:00-17:00, 18:00-24:00' })).toBeNull();
  });

  it('means always where nothing is said', () => {
    expect(storedInterval(emptyInterval())).toEqual({});
    expect(intervalWords(emptyInterval())).toBe('always');
  });
});
