import { describe, expect, it } from 'vitest';
import { applyFieldConfig } from './apply';
import { parseColour, shadesOf, toCss, withAlpha } from './colours';
import { fillData, type DataScope } from './dataText';
import { toPattern, toReplacePattern } from './patterns';
import { field, frame } from './testFrames';

const [shown] = applyFieldConfig(
  [
    frame(
      'A',
      [
        field('Time', 'time', [0, 60_000]),
        field('host name', 'string', ['web', 'db/1']),
        field('cpu', 'number', [0.5, 0.25], {
          labels: { pod: 'a', 'app.kubernetes.io/name': 'x' },
          settings: { unit: 'percentunit' },
        }),
      ],
      { name: 'load' },
    ),
  ],
  { defaults: { custom: {} }, overrides: [] },
  { theme: 'dark', timezone: 'utc', interpolate: (text) => text },
);

function scope(more: Partial<DataScope> = {}): DataScope {
  const cpu = shown?.fields[2];
  if (shown === undefined || cpu === undefined) throw new Error('no field');
  return {
    frame: shown,
    frameIndex: 0,
    field: cpu,
    fieldName: cpu.displayName,
    timezone: 'utc',
    ...more,
  };
}

describe('words about data', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['${__series.name}', 'load'],
    [
      '${__field.name} ${__field.displayName}',
      'cpu {app.kubernetes.io/name="x", pod="a"} cpu {app.kubernetes.io/name="x", pod="a"}',
    ],
    ['${__field.labels.pod}${__field.labels.none}', 'a'],
    ['${__field.labels["app.kubernetes.io/name"]}', 'x'],
    ['${__field.labels}', '{app.kubernetes.io/name="x", pod="a"}'],
    ['${__value.raw} ${__value.numeric} ${__value.text} ${__value}', '0.25 0.25 25% 25%'],
    ['${__value.time} ${__value.time:date:YYYY}', '60000 1970'],
    ['${__data.fields["host name"]} ${__data.fields[1].text}', 'db/1 db/1'],
    ['${__data.fields.cpu.numeric}', '0.25'],
    ['${__data.refId}', 'A'],
    ['$__cell_1 ${__cell_1} [[__cell_1]]', 'db/1 db/1 db/1'],
    ['${__data.fields["host name"]:percentencode}', 'db%2F1'],
    ['${__data.fields.nothing} ${__other} $cpu', '${__data.fields.nothing} ${__other} $cpu'],
  ];
  it.each(cases)('%s', (text, expected) => {
    expect(fillData(text, scope({ row: 1 }))).toBe(expected);
  });
  it('that need a row stay as they are without one', () => {
    expect(fillData('${__data.fields.cpu} ${__value.raw}', scope())).toBe(
      '${__data.fields.cpu} ${__value.raw}',
    );
    expect(fillData('${__value.raw} ${__calc}', scope({ value: { raw: 7 }, calc: 'max' }))).toBe(
      '7 max',
    );
  });
});

describe('colours in CSS', () => {
  it.each([
    ['#abc', '#aabbcc'],
    ['#11223380', 'rgba(17, 34, 51, 0.5019607843137255)'],
    ['rgb(1, 2, 3)', '#010203'],
    ['rgba(1 2 3 / 50%)', 'rgba(1, 2, 3, 0.5)'],
    ['hsl(120, 100%, 50%)', '#00ff00'],
    ['White', '#ffffff'],
  ])('%s', (css, expected) => {
    const rgb = parseColour(css);
    expect(rgb === null ? null : toCss(rgb)).toBe(expected);
  });
  it('that nobody can read stay what they are', () => {
    for (const css of ['#12', '#zzz', 'rgb(a, b, c)', 'var(--x)', ''])
      expect(parseColour(css)).toBeNull();
    expect(withAlpha('var(--x)', 0.5)).toBe('var(--x)');
    expect(withAlpha('#000', 0.5)).toBe('rgba(0, 0, 0, 0.5)');
    expect(shadesOf('var(--x)')).toEqual(['var(--x)']);
  });
});

describe('patterns', () => {
  it('are whole texts, or what stands between slashes', () => {
    expect(toPattern('a.c').test('abc')).toBe(true);
    expect(toPattern('a.c').test('xabc')).toBe(false);
    expect(toPattern('/B/i').test('abc')).toBe(true);
    expect(toPattern('/a/g').test('a') && toPattern('/a/g').test('a')).toBe(true);
    expect('a-a'.replace(toReplacePattern('/a/g'), 'b')).toBe('b-b');
    expect('a-a'.replace(toReplacePattern('/a/'), 'b')).toBe('b-a');
  });
  it('that cannot be read match nothing', () => {
    expect(toPattern('/(/').test('(')).toBe(false);
    expect(toPattern('a'.repeat(10_000)).test('a'.repeat(10_000))).toBe(false);
  });
});
