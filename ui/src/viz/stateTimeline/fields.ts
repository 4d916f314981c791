import { choices } from '../shared/optionFields';
import type { OptionField } from '../types';

export const valueField = (group: string): OptionField => ({
  path: 'showValue',
  label: 'Values',
  group,
  kind: 'segments',
  choices: choices(['auto', 'Auto'], ['always', 'Always'], ['never', 'Never']),
  initial: 'auto',
});

export const rowFields = (group: string): readonly OptionField[] => [
  {
    path: 'rowHeight',
    label: 'Row height',
    group,
    kind: 'slider',
    min: 0.1,
    max: 1,
    step: 0.05,
    initial: 0.9,
  },
  { path: 'perPage', label: 'Rows a page', group, kind: 'number', min: 1, initial: 20 },
];

export const boxFields = (lineWidth: number): readonly OptionField[] => [
  {
    path: 'lineWidth',
    label: 'Line width',
    group: 'Boxes',
    kind: 'slider',
    min: 0,
    max: 10,
    step: 1,
    initial: lineWidth,
  },
  {
    path: 'fillOpacity',
    label: 'Fill',
    group: 'Boxes',
    kind: 'slider',
    min: 0,
    max: 100,
    step: 1,
    initial: 70,
  },
];
