import { describe, expect, it } from 'vitest';
import { UNIT_GROUPS } from '../../../dash/data/units/groups';
import { readPanel, writePanel } from '../../../dash/model/panel';
import type { VizPlugin } from '../../../viz/types';
import { changeType } from './changeType';
import { fromRows, toRows, withKind } from './mappingRows';
import {
  matcherWords,
  newOverride,
  propertiesOf,
  withMatcher,
  withoutProperty,
  withProperty,
} from './overrides';
import { getAt, setAt } from './paths';
import { withDefault } from './standard';
import { suggestions } from './suggestions';
import { addStep, removeStep, sameSteps, setStep } from './thresholdSteps';
import { findUnits } from './units';

const plugin = (type: string, more: Partial<VizPlugin> = {}): VizPlugin => ({
  type,
  name: type,
  description: '',
  Component: () => null,
  defaults: { legend: { showLegend: true } },
  customDefaults: {},
  optionFields: [],
  customFields: [],
  standard: ['unit', 'min'],
  ...more,
});

describe('paths', () => {
  it('reads and sets below objects that may not be there', () => {
    const set = setAt({ a: 1 }, 'legend.placement', 'right');
    expect(set).toEqual({ a: 1, legend: { placement: 'right' } });
    expect(getAt(set, 'legend.placement')).toBe('right');
    expect(getAt(set, 'legend.placement.deeper')).toBeUndefined();
  });
  it('takes out what becomes empty, and leaves its neighbours', () => {
    expect(setAt({ legend: { placement: 'right' } }, 'legend.placement', undefined)).toEqual({});
    expect(setAt({ legend: { a: 1, b: 2 } }, 'legend.a', undefined)).toEqual({ legend: { b: 2 } });
  });
  it('does not write on what it was given', () => {
    const before = { legend: { a: 1 } };
    setAt(before, 'legend.a', 2);
    expect(before).toEqual({ legend: { a: 1 } });
  });
  it('knows keys that hold a dot themselves', () => {
    expect(setAt({ 'hideFrom.viz': true }, 'hideFrom.viz', false)).toEqual({
      'hideFrom.viz': false,
    });
  });
});

describe('another kind of panel', () => {
  const panel = readPanel({
    type: 'timeseries',
    options: { legend: { placement: 'right' }, tooltip: { mode: 'multi' } },
    fieldConfig: {
      defaults: { unit: 'bytes', custom: { lineWidth: 3, hideFrom: { viz: true } } },
      overrides: [
        {
          matcher: { id: 'byName', options: 'a' },
          properties: [{ id: 'custom.lineWidth', value: 5 }],
        },
        {
          matcher: { id: 'byName', options: 'b' },
          properties: [
            { id: 'unit', value: 's' },
            { id: 'custom.hideFrom', value: { viz: true } },
          ],
        },
      ],
    },
  });
  const field = { path: 'hideFrom.viz', label: 'Hide', group: 'Hide', kind: 'switch' } as const;
  const next = changeType(panel, plugin('piechart', { customFields: [field] }));
  it('keeps what both know', () => {
    expect(next.type).toBe('piechart');
    expect(next.options).toEqual({ legend: { placement: 'right' } });
    expect(next.fieldConfig.defaults.unit).toBe('bytes');
    expect(next.fieldConfig.defaults.custom).toEqual({ hideFrom: { viz: true } });
  });
  it('drops rules of which nothing is left', () => {
    expect(next.fieldConfig.overrides).toHaveLength(1);
    expect(next.fieldConfig.overrides[0]?.properties.map(({ id }) => id)).toEqual([
      'unit',
      'custom.hideFrom',
    ]);
  });
});

describe('overrides', () => {
  it('sets, replaces and removes properties', () => {
    const one = withProperty(withProperty(newOverride('byName', 'cpu'), 'unit', 's'), 'unit', 'ms');
    expect(one.properties).toEqual([{ id: 'unit', value: 'ms' }]);
    expect(withoutProperty(one, 'unit').properties).toEqual([]);
    expect(matcherWords(one)).toBe('Field with name cpu');
  });
  it('forgets what was said of fields when they are chosen in another way', () => {
    const one = withMatcher(newOverride('byName', 'cpu'), 'byRegexp');
    expect(one.matcher).toEqual({ id: 'byRegexp', options: '' });
  });
  it('is written as files have it', () => {
    const panel = readPanel({ type: 'stat' });
    const one = withProperty(newOverride('byName', 'cpu'), 'unit', 's');
    const written = writePanel({
      ...panel,
      fieldConfig: { ...panel.fieldConfig, overrides: [one] },
    });
    expect(written['fieldConfig']).toMatchObject({
      overrides: [
        { matcher: { id: 'byName', options: 'cpu' }, properties: [{ id: 'unit', value: 's' }] },
      ],
    });
  });
  it('offers each property once', () => {
    const mode = { path: 'cell.mode', label: 'Mode', group: 'Cell', kind: 'text' } as const;
    const ids = propertiesOf(plugin('table', { customFields: [mode, mode] })).map(({ id }) => id);
    expect(ids).toEqual(['unit', 'min', 'displayName', 'custom.cell.mode']);
  });
});

describe('standard settings', () => {
  it('are set and taken out one by one', () => {
    const set = withDefault({ custom: { a: 1 } }, 'unit', 'bytes');
    expect(set).toEqual({ unit: 'bytes', custom: { a: 1 } });
    expect(withDefault(set, 'unit', undefined)).toEqual({ custom: { a: 1 } });
  });
});

describe('thresholds', () => {
  const base = { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }] } as const;
  it('grow above the last, and never lose their base', () => {
    const one = addStep(base);
    expect(one.steps[1]).toEqual({ value: 80, color: 'orange' });
    expect(addStep(one).steps[2]).toEqual({ value: 90, color: 'red' });
    expect(removeStep(one, 0)).toBe(one);
    expect(removeStep(one, 1).steps).toHaveLength(1);
  });
  it('are the same in whichever order', () => {
    const one = addStep(addStep(base));
    const typed = setStep(one, 1, { value: 500 });
    const sorted = { ...typed, steps: typed.steps.toSorted((a, b) => a.value - b.value) };
    expect(sameSteps(typed, sorted)).toBe(true);
    expect(sameSteps(one, typed)).toBe(false);
  });
});

describe('value mappings', () => {
  it('come apart into rows and together again', () => {
    const rows = toRows([
      { type: 'value', options: { '0': { text: 'down', color: 'red' }, '1': { text: 'up' } } },
      { type: 'special', match: 'null', result: { text: 'none' } },
    ]);
    expect(rows.map(({ kind, match, text }) => [kind, match, text])).toEqual([
      ['value', '0', 'down'],
      ['value', '1', 'up'],
      ['special', 'null', 'none'],
    ]);
    expect(toRows(fromRows(rows))).toEqual(rows);
  });
  it('become another kind', () => {
    const [row] = toRows([{ type: 'value', options: { a: { text: 'x' } } }]);
    if (row === undefined) throw new Error('no row');
    expect(withKind(row, 'regex').match).toBe('a');
    expect(withKind(row, 'special').match).toBe('null');
  });
});

describe('pickers', () => {
  it('find units by all words', () => {
    const found = findUnits(UNIT_GROUPS, 'bytes iec', 50).flatMap(({ units }) => units);
    expect(found.map(({ id }) => id)).toContain('bytes');
    expect(found.map(({ id }) => id)).not.toContain('s');
  });
  it('suggest what suits the data, best first', () => {
    const frames = [{ fields: [], length: 0 }];
    const of = (type: string) =>
      plugin(type, { suits: () => (type === 'stat' ? 90 : type === 'table' ? 60 : 0) });
    expect(suggestions(['table', 'gauge', 'stat'], of, frames)).toEqual(['stat', 'table']);
    expect(suggestions(['table'], of, [])).toEqual([]);
  });
});
