import { describe, expect, it } from 'vitest';
import { formatDate, fromNow } from './date';
import { formatterFor, formatWithUnit, isKnownUnit, joinUnit } from './format';
import golden from './golden.json';
import { UNIT_GROUPS } from './groups';

const text = (unit: string, value: number, decimals?: number, timezone = 'utc') =>
  joinUnit(formatWithUnit(unit, value, decimals, timezone));

// Where we differ on purpose: lengths below the smallest word were no text at all, a clock that runs
// backwards showed the time before midnight, and a long one "Invalid date".
const betterHere = (unit: string, value: number) =>
  (/^dtduration/.test(unit) && value !== 0 && Math.abs(value) * 1000 < 1000) ||
  (/^clock/.test(unit) && (value < 0 || value > 1e9));

describe('units', () => {
  const values: [number, number | undefined][] = [
    ...golden.values.map((value): [number, undefined] => [value, undefined]),
    ...golden.withDecimals.map(([value = 0, decimals = 0]): [number, number] => [value, decimals]),
  ];
  it.each(Object.entries(golden.units))('%s reads as it does in Grafana', (unit, expected) => {
    const cases = values.filter(([value]) => !betterHere(unit, value));
    const ours = cases.map(([value, decimals]) => text(unit, value, decimals));
    const theirs = expected.filter((_, i) => !betterHere(unit, values[i]?.[0] ?? 0));
    expect(ours).toEqual(theirs);
  });
  it('are all there, in their groups', () => {
    expect(UNIT_GROUPS.map(({ name, units }) => [name, units.length])).toEqual(golden.groups);
    const ids = UNIT_GROUPS.flatMap(({ units }) => units.map(({ id }) => id));
    expect(new Set(ids).size).toBe(273);
    expect(ids.filter((id) => !isKnownUnit(id))).toEqual([]);
  });
  it('nobody knows are signs behind the number', () => {
    expect(isKnownUnit('rows/s')).toBe(false);
    expect(text('rows/s', 3)).toBe('3 rows/s');
    expect(text('', 3)).toBe('3');
  });
  it('take either sign for micro', () => {
    expect(text('\u03bcs', 1500)).toBe(text('\u00b5s', 1500));
    expect(text('si:\u03bcg', 1)).toBe('1 \u00b5g');
  });
  it('say what is no number', () => {
    for (const unit of ['short', 'bytes', 'percentunit', 's', 'hex', 'dtdurations', 'clockms']) {
      expect(text(unit, NaN)).toContain('NaN');
      expect(text(unit, -Infinity)).toContain('-∞');
    }
    expect(text('dateTimeAsIso', NaN)).toBe('Invalid date');
    expect(formatWithUnit('bytes', null)).toEqual({ text: '', prefix: '', suffix: '' });
  });
  it('stay short whatever number of decimals is asked for', () => {
    expect(text('short', 1.5, 1e9).length).toBeLessThan(60);
    expect(text('sci', 1.5, 1e9).length).toBeLessThan(60);
    expect(text('short', 0, 500).length).toBeLessThan(60);
    expect(text('short', 15, -3)).toBe('15');
  });
  it('write short lengths of time in words', () => {
    expect(text('dtdurations', 0.25)).toBe('250 milliseconds');
    expect(text('dtdurationms', 0.25)).toBe('0 milliseconds');
    expect(text('clocks', -61, 1)).toBe('-01m:01s');
  });
  it('write whole amounts of money', () => {
    expect(text('currency:financial:$', 1234567, 2)).toMatch(/^\$1.?234.?567.00$/);
    expect(text('currency:financial:kr:suffix', 5)).toBe('5kr');
    expect(text('currencyUSD', -1500)).toBe('-$1.50K');
  });
});

describe('dates', () => {
  it.each(Object.entries(golden.dates))('%s', (key, expected) => {
    const blank = key.indexOf(' ');
    const [zone, format] = [key.slice(0, blank), key.slice(blank + 1)];
    expect(golden.times.map((time) => text(`time:${format}`, time, undefined, zone))).toEqual(
      expected,
    );
  });
  it('leave today out where asked', () => {
    const format = formatterFor('dateTimeAsIsoNoDateIfToday');
    const now = Date.UTC(2024, 1, 29, 12);
    expect(format(now - 1000, undefined, { timezone: 'utc', now }).text).toBe('11:59:59');
    expect(format(now - 86_400_000, undefined, { timezone: 'utc', now }).text).toBe(
      '2024-02-28 12:00:00',
    );
  });
  it('are told from now', () => {
    const ago = (seconds: number) => fromNow(1e12 - seconds * 1000, 1e12);
    expect(
      [10, 50, 120, 3600, 7200, 86_400, 5 * 86_400, 40 * 86_400, 800 * 86_400].map(ago),
    ).toEqual([
      'a few seconds ago',
      'a minute ago',
      '2 minutes ago',
      'an hour ago',
      '2 hours ago',
      'a day ago',
      '5 days ago',
      'a month ago',
      '2 years ago',
    ]);
    expect(ago(-7200)).toBe('in 2 hours');
  });
  it('name their zone', () => {
    expect(formatDate(0, 'z', 'utc')).toBe('UTC');
    expect(formatDate(0, 'HH', 'Nowhere/None')).toMatch(/^\d\d$/);
  });
});
