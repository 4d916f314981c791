import { describe, expect, it } from 'vitest';
import { fromCalendar, ianaZone, toCalendar, weekday, zoneOffset } from './zone';

const moment = Date.UTC(2026, 0, 3, 16, 5, 9, 7);

describe('zones', () => {
  it('are named in any case, and unknown ones are the person’s own', () => {
    expect(ianaZone('UTC')).toBe('UTC');
    expect(ianaZone('utc')).toBe('UTC');
    expect(ianaZone('browser')).toBeUndefined();
    expect(ianaZone('Europe/Berlin')).toBe('Europe/Berlin');
    expect(ianaZone('Mars/Olympus')).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });
  it('give a calendar and take it back', () => {
    for (const zone of ['utc', 'browser', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu']) {
      for (const ms of [moment, moment + 150 * 86_400_000, -1, 1_774_746_000_000]) {
        expect(fromCalendar(toCalendar(ms, zone), zone), `${zone} ${ms}`).toBe(ms);
      }
    }
    expect(toCalendar(moment, 'Asia/Kathmandu')).toMatchObject({ day: 3, hour: 21, minute: 50 });
    expect(weekday(toCalendar(moment, 'utc'))).toBe(6);
  });
  it('know their offset in both halves of the year', () => {
    expect(zoneOffset(Date.UTC(2026, 0, 1), 'Europe/Berlin')).toBe(60);
    expect(zoneOffset(Date.UTC(2026, 6, 1), 'Europe/Berlin')).toBe(120);
    expect(zoneOffset(Date.UTC(2026, 0, 1), 'America/St_Johns')).toBe(-210);
  });
  it('carry fields that overflow', () => {
    const at = { year: 2026, month: 13, day: 0, hour: 24, minute: 0, second: 0, ms: 0 };
    expect(fromCalendar(at, 'utc')).toBe(Date.UTC(2027, 0, 1));
  });
});
