import {
  choices,
  hideFromDefaults,
  hideFromFields,
  legendDefaults,
  legendFields,
  orientationField,
  STANDARD,
  tooltipDefaults,
  tooltipFields,
} from '../shared/optionFields';
import type { VizPlugin } from '../types';
import { BarChart } from './BarChart';

const GROUP = 'Bar chart';

export const plugin: VizPlugin = {
  type: 'barchart',
  name: 'Bar chart',
  description: 'Figures by category',
  Component: BarChart,
  defaults: {
    orientation: 'auto',
    stacking: 'none',
    showValue: 'auto',
    barWidth: 0.97,
    groupWidth: 0.7,
    barRadius: 0,
    xTickLabelRotation: 0,
    xTickLabelSpacing: 0,
    fullHighlight: false,
    legend: legendDefaults,
    tooltip: tooltipDefaults,
  },
  customDefaults: {
    lineWidth: 1,
    fillOpacity: 80,
    gradientMode: 'none',
    axisPlacement: 'auto',
    hideFrom: hideFromDefaults,
  },
  optionFields: [
    { path: 'xField', label: 'Categories from', group: GROUP, kind: 'text' },
    orientationField,
    {
      path: 'xTickLabelRotation',
      label: 'Turn the names',
      group: GROUP,
      kind: 'slider',
      min: -90,
      max: 90,
      step: 15,
      initial: 0,
    },
    { path: 'xTickLabelMaxLength', label: 'Longest name', group: GROUP, kind: 'number', min: 1 },
    {
      path: 'xTickLabelSpacing',
      label: 'Least distance of names',
      group: GROUP,
      kind: 'number',
      min: 0,
      initial: 0,
    },
    {
      path: 'showValue',
      label: 'Values',
      group: GROUP,
      kind: 'segments',
      choices: choices(['auto', 'Auto'], ['always', 'Always'], ['never', 'Never']),
      initial: 'auto',
    },
    {
      path: 'stacking',
      label: 'Stack',
      group: GROUP,
      kind: 'segments',
      choices: choices(['none', 'Off'], ['normal', 'Normal'], ['percent', 'To 100%']),
      initial: 'none',
    },
    {
      path: 'groupWidth',
      label: 'Width of a group',
      group: GROUP,
      kind: 'slider',
      min: 0.1,
      max: 1,
      step: 0.05,
      initial: 0.7,
    },
    {
      path: 'barWidth',
      label: 'Width of a bar',
      group: GROUP,
      kind: 'slider',
      min: 0.1,
      max: 1,
      step: 0.01,
      initial: 0.97,
    },
    {
      path: 'barRadius',
      label: 'Round corners',
      group: GROUP,
      kind: 'slider',
      min: 0,
      max: 0.5,
      step: 0.05,
      initial: 0,
    },
    { path: 'colorByField', label: 'Colour by', group: GROUP, kind: 'text' },
    ...legendFields(),
    ...tooltipFields(false),
  ],
  customFields: [
    {
      path: 'lineWidth',
      label: 'Line width',
      group: 'Bars',
      kind: 'slider',
      min: 0,
      max: 10,
      step: 1,
      initial: 1,
    },
    {
      path: 'fillOpacity',
      label: 'Fill',
      group: 'Bars',
      kind: 'slider',
      min: 0,
      max: 100,
      step: 1,
      initial: 80,
    },
    {
      path: 'axisPlacement',
      label: 'Axis',
      group: 'Axis',
      kind: 'segments',
      choices: choices(['auto', 'Shown'], ['hidden', 'Hidden']),
      initial: 'auto',
    },
    { path: 'axisSoftMin', label: 'Soft minimum', group: 'Axis', kind: 'number' },
    { path: 'axisSoftMax', label: 'Soft maximum', group: 'Axis', kind: 'number' },
    ...hideFromFields,
  ],
  standard: STANDARD,
  suits: (frames) =>
    frames.some(
      (one) =>
        one.length > 1 &&
        one.length < 60 &&
        one.fields.some((field) => field.type === 'string') &&
        one.fields.some((field) => field.type === 'number'),
    )
      ? 60
      : 5,
};
