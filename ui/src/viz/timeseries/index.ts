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
import {
  axisFields,
  fillField,
  gradientField,
  stackFields,
  STYLE,
  thresholdField,
  widthField,
} from './fields';
import { TimeSeries } from './TimeSeries';

const line = isAt('drawStyle', 'line', undefined);
const bars = isAt('drawStyle', 'bars');

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
  },
  optionFields: [...legendFields(), ...tooltipFields()],
  customFields,
  standard: STANDARD,
  suits,
};
