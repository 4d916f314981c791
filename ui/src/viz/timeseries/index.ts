import type { Frame } from '../../dash/frame';
import {
  choices,
  hideFromDefaults,
  hideFromFields,
  isAt,
  legendDefaults,
  legendFields,
  STANDARD,
  tooltipDefaults,
  tooltipFields,
} from '../shared/optionFields';
import type { OptionField, VizPlugin } from '../types';
import { TimeSeries } from './TimeSeries';

const STYLE = 'Graph style';
const AXIS = 'Axis';
const line = isAt('drawStyle', 'line', undefined);
const bars = isAt('drawStyle', 'bars');

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

const customFields: readonly OptionField[] = [
  {
    path: 'drawStyle',
    label: 'Style',
    group: STYLE,
    kind: 'segments',
    choices: choices(['line', 'Lines'], ['bars', 'Bars'], ['points', 'Points']),
    initial: 'line',
  },
  {
    path: 'lineInterpolation',
    label: 'Between points',
    group: STYLE,
    kind: 'select',
    choices: choices(
      ['linear', 'Straight'],
      ['smooth', 'Smooth'],
      ['stepBefore', 'Step before'],
      ['stepAfter', 'Step after'],
    ),
    initial: 'linear',
    when: line,
  },
  {
    path: 'barAlignment',
    label: 'Bars stand',
    group: STYLE,
    kind: 'segments',
    choices: choices([-1, 'Before'], [0, 'On'], [1, 'After']),
    initial: 0,
    when: bars,
  },
  {
    path: 'barWidthFactor',
    label: 'Bar width',
    group: STYLE,
    kind: 'slider',
    min: 0.1,
    max: 1,
    step: 0.05,
    initial: 0.6,
    when: bars,
  },
  widthField,
  fillField,
  gradientField,
  { path: 'fillBelowTo', label: 'Fill below to', group: STYLE, kind: 'text', when: line },
  {
    path: 'lineStyle.fill',
    label: 'Line style',
    group: STYLE,
    kind: 'segments',
    choices: choices(['solid', 'Solid'], ['dash', 'Dashes'], ['dot', 'Dots']),
    initial: 'solid',
    when: line,
  },
  {
    path: 'spanNulls',
    label: 'Connect over gaps',
    group: STYLE,
    kind: 'select',
    choices: choices(
      [false, 'Never'],
      [true, 'Always'],
      [60_000, 'Up to 1 min'],
      [300_000, 'Up to 5 min'],
      [3_600_000, 'Up to 1 h'],
    ),
    initial: false,
    when: line,
  },
  {
    path: 'insertNulls',
    label: 'Break lines',
    group: STYLE,
    kind: 'select',
    choices: choices(
      [false, 'Where data is missing'],
      [60_000, 'After 1 min'],
      [300_000, 'After 5 min'],
      [3_600_000, 'After 1 h'],
    ),
    initial: false,
    when: line,
  },
  {
    path: 'showPoints',
    label: 'Points',
    group: STYLE,
    kind: 'segments',
    choices: choices(['auto', 'Auto'], ['always', 'Always'], ['never', 'Never']),
    initial: 'auto',
    when: line,
  },
  {
    path: 'pointSize',
    label: 'Point size',
    group: STYLE,
    kind: 'slider',
    min: 1,
    max: 40,
    step: 1,
    initial: 5,
  },
  ...stackFields,
  {
    path: 'transform',
    label: 'Transform',
    group: STYLE,
    kind: 'select',
    choices: choices(['', 'None'], ['constant', 'Constant'], ['negative-Y', 'Downwards']),
  },
  ...axisFields,
  thresholdField,
  ...hideFromFields,
];

function suits(frames: readonly Frame[]): number {
  const over = frames.filter(
    (frame) =>
      frame.length > 1 &&
      frame.fields.some((one) => one.type === 'time') &&
      frame.fields.some((one) => one.type === 'number'),
  );
  return over.length === 0 ? 0 : over.length === frames.length ? 100 : 60;
}

export const plugin: VizPlugin = {
  type: 'timeseries',
  name: 'Time series',
  description: 'Lines, bars and points over time',
  Component: TimeSeries,
  defaults: { legend: legendDefaults, tooltip: tooltipDefaults },
  customDefaults: {
    drawStyle: 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    fillOpacity: 0,
    gradientMode: 'none',
    lineStyle: { fill: 'solid' },
    spanNulls: false,
    insertNulls: false,
    showPoints: 'auto',
    pointSize: 5,
    stacking: { mode: 'none', group: 'A' },
    barAlignment: 0,
    barWidthFactor: 0.6,
    axisPlacement: 'auto',
    axisLabel: '',
    axisColorMode: 'text',
    axisBorderShow: false,
    axisCenteredZero: false,
    scaleDistribution: { type: 'linear' },
    hideFrom: hideFromDefaults,
    thresholdsStyle: { mode: 'off' },
    showValues: false,
  },
  optionFields: [...legendFields(), ...tooltipFields()],
  customFields,
  standard: STANDARD,
  suits,
};
