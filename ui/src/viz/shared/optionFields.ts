// Settings that several kinds of panels have in common, named for the editor.

import type { JsonObject } from '../../dash/model';
import type { OptionField } from '../types';
import { REDUCERS } from '../../dash/data/reducers';
import { at, flagAt, textAt } from './options';

type Choice = string | number | boolean;

export const choices = (
  ...pairs: readonly (readonly [Choice, string])[]
): { value: Choice; label: string }[] => pairs.map(([value, label]) => ({ value, label }));

export const isAt =
  (path: string, ...values: readonly unknown[]) =>
  (options: JsonObject): boolean =>
    values.includes(at(options, path));

const CALCS = REDUCERS.map((one) => ({ value: one.id, label: one.name }));

export const calcField = (path: string, group: string, label = 'Calculations'): OptionField => ({
  path,
  label,
  group,
  kind: 'multi',
  choices: CALCS,
});

export const legendFields = (withCalcs = true): readonly OptionField[] => {
  const group = 'Legend';
  const on = (options: JsonObject) => flagAt(options, 'legend.showLegend', true);
  return [
    { path: 'legend.showLegend', label: 'Show the legend', group, kind: 'switch', initial: true },
    {
      path: 'legend.displayMode',
      label: 'As',
      group,
      kind: 'segments',
      choices: choices(['list', 'List'], ['table', 'Table']),
      initial: 'list',
      when: on,
    },
    {
      path: 'legend.placement',
      label: 'Where',
      group,
      kind: 'segments',
      choices: choices(['bottom', 'Below'], ['right', 'Right']),
      initial: 'bottom',
      when: on,
    },
    {
      path: 'legend.width',
      label: 'Width in pixels',
      group,
      kind: 'number',
      min: 60,
      when: (options) => on(options) && textAt(options, 'legend.placement') === 'right',
    },
    ...(withCalcs ? [{ ...calcField('legend.calcs', group, 'Values'), when: on }] : []),
    { path: 'legend.sortBy', label: 'Sorted by', group, kind: 'text', when: on },
    { path: 'legend.sortDesc', label: 'Greatest first', group, kind: 'switch', when: on },
  ];
};

export const tooltipFields = (sorted = true): readonly OptionField[] => {
  const group = 'Tooltip';
  const multi = isAt('tooltip.mode', 'multi');
  const shared: OptionField[] = [
    {
      path: 'tooltip.mode',
      label: 'Shows',
      group,
      kind: 'segments',
      choices: choices(['single', 'One'], ['multi', 'All'], ['none', 'Nothing']),
      initial: 'single',
    },
  ];
  if (!sorted) return shared;
  return [
    ...shared,
    {
      path: 'tooltip.sort',
      label: 'Order',
      group,
      kind: 'segments',
      choices: choices(['none', 'As they come'], ['asc', 'Rising'], ['desc', 'Falling']),
      initial: 'none',
      when: multi,
    },
    { path: 'tooltip.hideZeros', label: 'Leave out zeros', group, kind: 'switch', when: multi },
    { path: 'tooltip.maxWidth', label: 'Greatest width', group, kind: 'number', min: 100 },
    { path: 'tooltip.maxHeight', label: 'Greatest height', group, kind: 'number', min: 60 },
  ];
};

export const reduceFields: readonly OptionField[] = [
  {
    path: 'reduceOptions.values',
    label: 'Show',
    group: 'Values',
    kind: 'segments',
    choices: choices([false, 'Calculate'], [true, 'All values']),
    initial: false,
  },
  {
    ...calcField('reduceOptions.calcs', 'Values', 'Calculation'),
    when: isAt('reduceOptions.values', false, undefined),
  },
  {
    path: 'reduceOptions.limit',
    label: 'At most',
    group: 'Values',
    kind: 'number',
    min: 1,
    initial: 25,
    when: isAt('reduceOptions.values', true),
  },
  {
    path: 'reduceOptions.fields',
    label: 'Fields',
    group: 'Values',
    kind: 'text',
    initial: '',
  },
];

export const reduceDefaults: JsonObject = { values: false, calcs: ['lastNotNull'], fields: '' };

export const textSizeFields: readonly OptionField[] = [
  { path: 'text.titleSize', label: 'Title size', group: 'Text size', kind: 'number', min: 1 },
  { path: 'text.valueSize', label: 'Value size', group: 'Text size', kind: 'number', min: 1 },
];

export const orientationField: OptionField = {
  path: 'orientation',
  label: 'Direction',
  group: 'Layout',
  kind: 'segments',
  choices: choices(['auto', 'Auto'], ['horizontal', 'Horizontal'], ['vertical', 'Vertical']),
  initial: 'auto',
};

export const hideFromFields: readonly OptionField[] = [
  { path: 'hideFrom.viz', label: 'Hide from the drawing', group: 'Hide', kind: 'switch' },
  { path: 'hideFrom.legend', label: 'Hide from the legend', group: 'Hide', kind: 'switch' },
  { path: 'hideFrom.tooltip', label: 'Hide from the tooltip', group: 'Hide', kind: 'switch' },
];

export const legendDefaults: JsonObject = {
  showLegend: true,
  displayMode: 'list',
  placement: 'bottom',
  calcs: [],
};

export const tooltipDefaults: JsonObject = { mode: 'single', sort: 'none', hideZeros: false };

export const hideFromDefaults: JsonObject = { legend: false, tooltip: false, viz: false };

export const STANDARD = [
  'unit',
  'min',
  'max',
  'decimals',
  'displayName',
  'color',
  'noValue',
  'links',
  'mappings',
  'thresholds',
] as const;

export const without = (...left: readonly string[]): readonly string[] =>
  STANDARD.filter((one) => !left.includes(one));
