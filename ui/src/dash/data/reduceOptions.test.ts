import { describe, expect, it } from 'vitest';
import type { FieldDefaults } from '../model';
import { applyFieldConfig } from './apply';
import { resolveColour } from './colours';
import { hasData, noDataText } from './nodata';
import { calcValues, fieldValues, reduceOptionsOf } from './reduceOptions';
import { field, frame, series } from './testFrames';

const T = [1000, 2000, 3000];

function values(
  options: Parameters<typeof reduceOptionsOf>[0],
  defaults: Omit<FieldDefaults, 'custom'> = {},
  frames = [series('A', { pod: 'a' }, T, [2, 4, 3]), series('A', { pod: 'b' }, T, [5, null, null])],
) {
  const fieldConfig = { defaults: { ...defaults, custom: {} }, overrides: [] };
  const context = { theme: 'dark' as const, timezone: 'utc', interpolate: (text: string) => text };
  const shown = applyFieldConfig(frames, fieldConfig, context);
  return fieldValues(shown, reduceOptionsOf({ reduceOptions: options }), {
    ...context,
    fieldConfig,
    sparkline: true,
    percentChange: true,
  });
}

describe('values of stat panels', () => {
  it('are one a series, with its line and its change', () => {
    const [a, b] = values({}, { unit: 's' });
    expect(a).toMatchObject({ title: 'a', percentChange: 50, min: 2, max: 5, noData: false });
    expect(a?.display).toMatchObject({ text: '3', suffix: ' s' });
    expect(a?.sparkline).toEqual({ times: T, values: [2, 4, 3] });
    expect(b?.display.text).toBe('5');
  });
  it('are one a reducer, and may be named after it', () => {
    const found = values({ calcs: ['max', 'mean'] }, { displayName: '${__field.name}: ${__calc}' });
    expect(found.map(({ title }) => title)).toEqual(['a: max', 'a: mean', 'b: max', 'b: mean']);
  });
  it('are the fields that a pattern names, of any type', () => {
    const table = frame('A', [field('host', 'string', ['x']), field('cpu', 'number', [1])]);
    expect(values({ fields: '/^host$/' }, {}, [table]).map(({ display }) => display.text)).toEqual([
      'x',
    ]);
    expect(values({ fields: 'cpu' }, {}, [table]).map(({ title }) => title)).toEqual(['cpu']);
  });
  it('are one a row where asked, each with its own colour', () => {
    const table = frame('A', [
      field('host', 'string', ['x', 'y', 'z']),
      field('cpu', 'number', [1, 2, 3]),
    ]);
    const found = values({ values: true, limit: 2 }, { color: { mode: 'palette-classic' } }, [
      table,
    ]);
    expect(found.map(({ title, display }) => [title, display.text, display.color])).toEqual([
      ['x', '1', resolveColour('green', 'dark')],
      ['y', '2', resolveColour('semi-dark-yellow', 'dark')],
    ]);
  });
  it('name the column too where there are several with numbers', () => {
    const table = frame('A', [
      field('host', 'string', ['x']),
      field('cpu', 'number', [1]),
      field('ram', 'number', [2]),
    ]);
    expect(values({ values: true }, {}, [table]).map(({ title }) => title)).toEqual([
      'x cpu',
      'x ram',
    ]);
  });
  it('say that there are none', () => {
    expect(values({}, {}, [])).toMatchObject([{ noData: true, display: { text: 'No data' } }]);
    expect(values({}, { noValue: '-' }, [series('A', {}, [], [])])).toMatchObject([
      { noData: true, display: { text: '-' } },
    ]);
    expect(hasData([series('A', {}, [], [])])).toBe(false);
    expect(hasData([series('A', {}, [1], [1])])).toBe(true);
    expect(noDataText({ noValue: '' })).toBe('No data');
  });
  it('follow their links', () => {
    const links = [
      {
        title: 'to ${__field.labels.pod}',
        url: '/d/x?pod=${__field.labels.pod}&v=${__value.raw}',
        targetBlank: true,
      },
      { title: 'bad', url: 'javascript:alert(1)', targetBlank: false },
      { title: 'bad', url: 'java\nscript:alert(1)', targetBlank: false },
    ];
    const odd = [series('A', { pod: 'a/b c' }, T, [1, 2, 3])];
    expect(values({}, { links }, odd)[0]?.links()).toEqual([
      { title: 'to a/b c', href: '/d/x?pod=a%2Fb%20c&v=3', targetBlank: true },
    ]);
  });
  it('fill a legend, counts without the unit', () => {
    const shown = applyFieldConfig(
      [series('A', {}, T, [2, 4, 3], { unit: 'bytes' })],
      { defaults: { custom: {} }, overrides: [] },
      { theme: 'dark', timezone: 'utc', interpolate: (text) => text },
    )[0]?.fields[1];
    if (shown === undefined) throw new Error('no field');
    const found = calcValues(shown, ['lastNotNull', 'count', 'diffperc'], {
      theme: 'dark',
      timezone: 'utc',
    });
    expect(found.map(({ title, display }) => title + '=' + display.text + display.suffix)).toEqual([
      'Last *=3 B',
      'Count=3',
      'Difference percent=50%',
    ]);
  });
});
