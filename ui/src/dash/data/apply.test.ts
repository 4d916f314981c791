import { describe, expect, it } from 'vitest';
import type { FieldDefaults, Json, Override } from '../model';
import { applyFieldConfig, rangeOf } from './apply';
import { classicPalette } from './colourModes';
import { resolveColour, textOn } from './colours';
import { field, frame, series } from './testFrames';

const context = { theme: 'dark' as const, timezone: 'utc', interpolate: (text: string) => text };

function override(id: string, options: Json, properties: Record<string, Json>): Override {
  return {
    matcher: { id, options },
    properties: Object.entries(properties).map(([key, value]) => ({ id: key, value })),
    raw: {},
  };
}

const T = [1000, 2000, 3000];
const two = [series('A', { pod: 'a' }, T, [1, 2, 3]), series('B', { pod: 'b' }, T, [0, 0, 0])];

function apply(
  defaults: Omit<FieldDefaults, 'custom'>,
  overrides: readonly Override[] = [],
  frames = two,
) {
  const custom = { lineWidth: 1, hideFrom: { legend: false, viz: false } };
  const shown = applyFieldConfig(frames, { defaults: { ...defaults, custom }, overrides }, context);
  const fields = shown.flatMap((one) => one.fields).filter(({ type }) => type !== 'time');
  const at = (i: number) => {
    const found = fields[i];
    if (found === undefined) throw new Error(`no field ${i}`);
    return found;
  };
  return { shown, fields, at };
}

describe('field settings', () => {
  it('come from the defaults, and later overrides win', () => {
    const { at } = apply({ unit: 'bytes', decimals: 1 }, [
      override('byName', 'a', { unit: 's', 'custom.lineWidth': 3 }),
      override('byRegexp', '/^a/', { unit: 'ms', displayName: 'first' }),
      override('byName', 'a', { 'custom.hideFrom.viz': true, noValue: 'gone' }),
    ]);
    expect(at(0).displayName).toBe('first');
    expect(at(0).config.unit).toBe('ms');
    expect(at(0).config.custom).toEqual({ lineWidth: 3, hideFrom: { legend: false, viz: true } });
    expect(at(0).display(null).text).toBe('gone');
    expect(at(1).config.unit).toBe('bytes');
    expect(at(1).display(2048)).toMatchObject({ text: '2.0', suffix: ' KiB', numeric: 2048 });
    expect(at(1).config.custom['lineWidth']).toBe(1);
  });
  it('are matched by query, type, value and lists of names', () => {
    const { fields } = apply({}, [
      override('byFrameRefID', 'B', { 'custom.a': 1 }),
      override('byValue', { reducer: 'allIsZero', op: 'gte', value: 0 }, { 'custom.b': 1 }),
      override('byValue', { reducer: 'max', op: 'gt', value: 2 }, { 'custom.c': 1 }),
      override('byNames', { mode: 'exclude', names: ['a', 'Time'] }, { 'custom.d': 1 }),
      override('byType', 'number', { 'custom.e': 1 }),
      override('byTypes', ['time'], { 'custom.f': 1 }),
      override('byRegexpOrNames', { pattern: '', names: ['b'] }, { 'custom.g': 1 }),
      override('numeric', null, { 'custom.h': 1 }),
      override('nobody', null, { 'custom.i': 1 }),
    ]);
    const set = fields.map(({ config }) =>
      Object.keys(config.custom)
        .filter((key) => key.length === 1)
        .join(''),
    );
    expect(set).toEqual(['ceh', 'abdegh']);
  });
  it('leave a property out that an override empties', () => {
    const { at } = apply({ unit: 's', min: 0, max: 5 }, [
      override('byName', 'a', { unit: '', min: null, max: 'nonsense' }),
    ]);
    expect('unit' in at(0).config || 'min' in at(0).config || 'max' in at(0).config).toBe(false);
    expect(at(1).config.max).toBe(5);
  });
  it('swap a minimum that is above the maximum', () => {
    expect(apply({ min: 10, max: 1 }).at(0).config).toMatchObject({ min: 1, max: 10 });
  });
  it('do not touch the prototype of anything', () => {
    const { at } = apply({}, [override('byName', 'a', { 'custom.__proto__.polluted': true })]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(at(0).config.custom['polluted']).toBeUndefined();
  });
  it('fill words about the field into its name', () => {
    const { at } = apply({ displayName: '${__field.labels.pod} of ${__series.name} ${other}' });
    expect(at(0).displayName).toBe('a of a ${other}');
  });
  it('put mappings of overrides before those of the panel', () => {
    const value = (text: string) => ({ type: 'value' as const, options: { '1': { text } } });
    const json = [{ type: 'value', options: { '1': { text: 'mine', color: 'red' } } }];
    const { at } = apply({ mappings: [value('all')] }, [
      override('byName', 'a', { mappings: json }),
    ]);
    expect(at(0).display(1)).toMatchObject({ text: 'mine', color: resolveColour('red', 'dark') });
    expect(at(1).display(1).text).toBe('all');
  });
});

describe('colours of fields', () => {
  it('go through the palette, times left out', () => {
    const { at } = apply({ color: { mode: 'palette-classic' } });
    const [first, second] = classicPalette('dark');
    expect([at(0).color, at(1).color]).toEqual([first, second]);
    expect(at(0).display(3).color).toBe(first);
  });
  it('follow thresholds, of the value or of its place in the range', () => {
    const steps = [
      { value: -Infinity, color: 'green' },
      { value: 50, color: 'red' },
    ];
    const absolute = apply({ thresholds: { mode: 'absolute', steps } }).at(0);
    expect(absolute.display(49).color).toBe(resolveColour('green', 'dark'));
    expect(absolute.display(50).color).toBe(resolveColour('red', 'dark'));
    const share = apply({ thresholds: { mode: 'percentage', steps }, min: 0, max: 10 }).at(0);
    expect(share.display(4).color).toBe(resolveColour('green', 'dark'));
    expect(share.display(5)).toMatchObject({ color: resolveColour('red', 'dark'), percent: 0.5 });
  });
  it('of a whole series are those of its last value, or its largest', () => {
    const thresholds = {
      mode: 'absolute' as const,
      steps: [
        { value: -Infinity, color: 'green' },
        { value: 3, color: 'red' },
      ],
    };
    const falling = [series('A', {}, T, [5, 4, 1])];
    const color = { mode: 'thresholds' };
    expect(apply({ thresholds, color }, [], falling).at(0).color).toBe(
      resolveColour('green', 'dark'),
    );
    expect(
      apply({ thresholds, color: { ...color, seriesBy: 'max' } }, [], falling).at(0).color,
    ).toBe(resolveColour('red', 'dark'));
  });
  it('run along a scale over what all series span, or the field alone', () => {
    const color = { mode: 'continuous-GrYlRd' };
    const { at } = apply({ color });
    expect(rangeOf(at(1))).toEqual({ min: 0, max: 3 });
    expect(at(1).display(3).color.toLowerCase()).toBe(resolveColour('red', 'dark').toLowerCase());
    expect(rangeOf(apply({ color, fieldMinMax: true }).at(0))).toEqual({ min: 1, max: 3 });
  });
  it('of truths are green and red', () => {
    const truths = [frame('A', [field('up', 'boolean', [true, false])])];
    const { at } = apply({ unit: 'bool_yes_no' }, [], truths);
    expect(at(0).display(true)).toMatchObject({
      text: 'true',
      color: resolveColour('green', 'dark'),
    });
    expect(at(0).display(false).color).toBe(resolveColour('red', 'dark'));
  });
  it('leave text on them readable', () => {
    expect(textOn('#FADE2A', 'dark')).toBe('#111217');
    expect(textOn('rgb(20, 20, 90)', 'light')).toBe('#ffffff');
    expect(textOn('transparent', 'light')).toBe('#111217');
  });
});

describe('texts of values', () => {
  const show = (config: Omit<FieldDefaults, 'custom'>, type: 'number' | 'string' | 'time') =>
    apply(config, [], [frame('A', [field('v', type, [0, 100_000])])]).shown[0]?.fields[0]?.display;
  it('follow the type where there is no unit', () => {
    expect(show({}, 'number')?.(1.25)).toMatchObject({ text: '1.25' });
    expect(show({}, 'string')?.('12')).toMatchObject({ text: '12', numeric: NaN });
    expect(show({ unit: 'short' }, 'time')?.(0).text).toBe('1970-01-01 00:00:00');
    expect(show({ unit: 'dateTimeAsIso' }, 'number')?.(0).text).toBe('1970-01-01 00:00:00');
  });
  it('are mapped by value, range, pattern and by what is special', () => {
    const display = show(
      {
        mappings: [
          { type: 'special', match: 'null+nan', result: { text: 'none', color: 'blue' } },
          { type: 'range', from: 10, to: null, result: { text: 'much' } },
          { type: 'regex', pattern: '/^v(\\d+)/', result: { text: 'version $1' } },
          { type: 'special', match: 'empty', result: { text: 'empty' } },
          { type: 'value', options: { '5': { color: 'red' }, toString: { text: 'x' } } },
        ],
      },
      'string',
    );
    const texts = [null, NaN, 10, 9, 'v12-x', '', '5'].map((value) => display?.(value).text);
    expect(texts).toEqual(['none', 'none', 'much', '9', 'version 12-x', 'empty', '5']);
    expect(display?.('5').color).toBe(resolveColour('red', 'dark'));
    expect(display?.('constructor').text).toBe('constructor');
  });
  it('say lists and objects', () => {
    expect(show({}, 'number')?.(['a', 1])).toMatchObject({ text: 'a, 1' });
    expect(show({}, 'number')?.({ a: 1 }).text).toBe('{"a":1}');
  });
});
