// Settings of graphs that time series share with other kinds.

import { choices, isAt } from '../shared/optionFields';
import type { OptionField } from '../types';

export const STYLE = 'Graph style';
const AXIS = 'Axis';

export const axisFields: readonly OptionField[] = [
  {
    path: 'axisPlacement',
    label: 'Where',
    group: AXIS,
    kind: 'segments',
    choices: choices(['auto', 'Auto'], ['left', 'Left'], ['right', 'Right'], ['hidden', 'Hidden']),
    initial: 'auto',
  },
  { path: 'axisLabel', label: 'Label', group: AXIS, kind: 'text', initial: '' },
  { path: 'axisWidth', label: 'Width in pixels', group: AXIS, kind: 'number', min: 10 },
  { path: 'axisGridShow', label: 'Grid lines', group: AXIS, kind: 'switch', initial: true },
  { path: 'axisBorderShow', label: 'Border', group: AXIS, kind: 'switch', initial: false },
  {
    path: 'axisColorMode',
    label: 'Colour',
    group: AXIS,
    kind: 'segments',
    choices: choices(['text', 'Text'], ['series', 'Series']),
    initial: 'text',
  },
  {
    path: 'scaleDistribution.type',
    label: 'Scale',
    group: AXIS,
    kind: 'segments',
    choices: choices(['linear', 'Linear'], ['log', 'Logarithmic'], ['symlog', 'Symlog']),
    initial: 'linear',
  },
  {
    path: 'scaleDistribution.log',
    label: 'Base',
    group: AXIS,
    kind: 'segments',
    choices: choices([10, '10'], [2, '2']),
    initial: 10,
    when: isAt('scaleDistribution.type', 'log', 'symlog'),
  },
  {
    path: 'scaleDistribution.linearThreshold',
    label: 'Linear below',
    group: AXIS,
    kind: 'number',
    initial: 1,
    when: isAt('scaleDistribution.type', 'symlog'),
  },
  { path: 'axisCenteredZero', label: 'Zero in the middle', group: AXIS, kind: 'switch' },
  { path: 'axisSoftMin', label: 'Soft minimum', group: AXIS, kind: 'number' },
  { path: 'axisSoftMax', label: 'Soft maximum', group: AXIS, kind: 'number' },
];

export const thresholdField: OptionField = {
  path: 'thresholdsStyle.mode',
  label: 'Show thresholds',
  group: 'Thresholds',
  kind: 'select',
  choices: choices(
    ['off', 'Off'],
    ['line', 'As lines'],
    ['dashed', 'As dashed lines'],
    ['area', 'As filled regions'],
    ['line+area', 'As filled regions and lines'],
    ['dashed+area', 'As filled regions and dashed lines'],
  ),
  initial: 'off',
};

export const gradientField: OptionField = {
  path: 'gradientMode',
  label: 'Gradient',
  group: STYLE,
  kind: 'select',
  choices: choices(['none', 'None'], ['opacity', 'Opacity'], ['hue', 'Hue'], ['scheme', 'Scheme']),
  initial: 'none',
};

export const stackFields: readonly OptionField[] = [
  {
    path: 'stacking.mode',
    label: 'Stack',
    group: STYLE,
    kind: 'segments',
    choices: choices(['none', 'Off'], ['normal', 'Normal'], ['percent', 'To 100%']),
    initial: 'none',
  },
  {
    path: 'stacking.group',
    label: 'Stacking group',
    group: STYLE,
    kind: 'text',
    initial: 'A',
    when: isAt('stacking.mode', 'normal', 'percent'),
  },
];

export const widthField: OptionField = {
  path: 'lineWidth',
  label: 'Line width',
  group: STYLE,
  kind: 'slider',
  min: 0,
  max: 10,
  step: 1,
  initial: 1,
};

export const fillField: OptionField = {
  path: 'fillOpacity',
  label: 'Fill',
  group: STYLE,
  kind: 'slider',
  min: 0,
  max: 100,
  step: 1,
  initial: 0,
};
