import { expect, test } from 'vitest';
import { dayText, monthSheet, moveDay, weekdayNames } from './month';
import { parseRecent, withRecent } from './recentRanges';
import { autoRefreshMs, refreshChoices, refreshMs } from './refresh';
import { readTime, writeTime } from './timeUrl';
import { offsetWords, zoneWords } from './zones';

const read = (text: string) => readTime(new URLSearchParams(text));

test('a range in the address stays as it was written', () => {
  expect(read('from=now-6h%2Fd&to=now')).toEqual({
    range: { from: 'now-6h/d', to: 'now' },
    refresh: null,
    timezone: null,
  });
  expect(read('from=1700000000000&to=1700003600000').range).toEqual({
    from: '1700000000000',
    to: '1700003600000',
  });
  expect(read('from=2026-01-05T04:03:00.000Z&to=2026-01-05T05:03:00.000Z').range?.from).toBe(
    '2026-01-05T04:03:00.000Z',
  );
});

test('what is no time counts as not given; one end alone gets the usual other one', () => {
  expect(read('from=yesterday&to=soon').range).toBeNull();
  expect(read('from=now-1h').range).toEqual({ from: 'now-1h', to: 'now' });
});

test('a moment with a window becomes a range about it', () => {
  expect(read('time=1700000000000&time.window=2000').range).toEqual({
    from: '1699999999000',
    to: '1700000001000',
  });
});

test('an empty refresh is off, a missing one the dashboard decides', () => {
  expect(read('refresh=').refresh).toBe('');
  expect(read('refresh=30s').refresh).toBe('30s');
  expect(read('').refresh).toBeNull();
});

test('writing changes only what is named', () => {
  const params = new URLSearchParams('var-x=1&from=now-1h&to=now&time=5&kiosk');
  writeTime(params, { range: { from: 'now-2h', to: 'now' } });
  expect(params.toString()).toBe('var-x=1&from=now-2h&to=now&kiosk=');
  writeTime(params, { refresh: '', timezone: 'utc' });
  expect(params.get('refresh')).toBe('');
  expect(params.get('timezone')).toBe('utc');
});

test('refresh: off, as written, at least what the server allows, auto by the range', () => {
  expect(refreshMs('', 3_600_000)).toBeNull();
  expect(refreshMs('nonsense', 3_600_000)).toBeNull();
  expect(refreshMs('30s', 3_600_000)).toBe(30_000);
  expect(refreshMs('1s', 3_600_000, '5s')).toBe(5000);
  expect(autoRefreshMs(300_000)).toBe(5000);
  expect(autoRefreshMs(6 * 3_600_000)).toBe(30_000);
  expect(refreshMs('auto', 86_400_000)).toBe(120_000);
});

test('the interval in use is among the choices although nobody offers it', () => {
  expect(refreshChoices(['10s', '1m'], '45s')).toEqual(['10s', '45s', '1m']);
  expect(refreshChoices(['1s', '10s'], '', '5s')).toEqual(['10s']);
});

test('only absolute ranges are remembered, the last ones, each once', () => {
  const a = { from: '1000000000', to: '2000000000' };
  const b = { from: '3000000000', to: '4000000000' };
  expect(withRecent([a], { from: 'now-1h', to: 'now' })).toEqual([a]);
  expect(withRecent([a, b], b)).toEqual([b, a]);
  expect(parseRecent('[{"from":"1","to":2},{"from":"1","to":"2"},7]')).toEqual([
    { from: '1', to: '2' },
  ]);
  expect(parseRecent('not json')).toEqual([]);
});

test('a sheet of a month begins with the week that holds its first day', () => {
  const sheet = monthSheet({ year: 2026, month: 11, day: 21 }, '');
  expect(dayText(sheet[0]?.[0] ?? { year: 0, month: 0, day: 0 })).toBe('2026-10-26');
  expect(monthSheet({ year: 2026, month: 11, day: 21 }, 'sunday')[0]?.[0]?.day).toBe(1);
  expect(weekdayNames('saturday')[0]).toBe('Sa');
});

test('a month later is the same day, or the last one there is', () => {
  expect(moveDay({ year: 2026, month: 1, day: 31 }, { months: 1 })).toEqual({
    year: 2026,
    month: 2,
    day: 28,
  });
  expect(moveDay({ year: 2026, month: 1, day: 1 }, { days: -1 })).toEqual({
    year: 2025,
    month: 12,
    day: 31,
  });
});

test('a zone is named with its offset at that moment', () => {
  const winter = Date.UTC(2026, 0, 15);
  expect(zoneWords(winter, 'Europe/Berlin')).toBe('Europe/Berlin, UTC+01:00');
  expect(zoneWords(winter, 'utc')).toBe('UTC');
  expect(offsetWords(winter, 'America/St_Johns')).toBe('UTC−03:30');
});
