import {
  hideFromDefaults,
  hideFromFields,
  legendDefaults,
  legendFields,
  STANDARD,
  tooltipDefaults,
  tooltipFields,
} from '../shared/optionFields';
import { stackFields } from '../timeseries/fields';
import type { VizPlugin } from '../types';
import { Histogram } from './Histogram';

const GROUP = 'Histogram';

export const plugin: VizPlugin = {
  type: 'histogram',
  name: 'Histogram',
  description: 'How values are spread',
  Component: Histogram,
  defaults: {
    bucketCount: 30,
    bucketOffset: 0,
    combine: false,
    legend: legendDefaults,
    tooltip: tooltipDefaults,
  },
  customDefaults: {
    lineWidth: 1,
    fillOpacity: 80,
    gradientMode: 'none',
    stacking: { mode: 'none', group: 'A' },
    hideFrom: hideFromDefaults,
  },
  optionFields: [
    {
      path: 'bucketCount',
      label: 'About so many buckets',
      group: GROUP,
      kind: 'number',
      min: 2,
      initial: 30,
    },
    { path: 'bucketSize', label: 'Size of a bucket', group: GROUP, kind: 'number', min: 0 },
    {
      path: 'bucketOffset',
      label: 'First bucket starts at',
      group: GROUP,
      kind: 'number',
      initial: 0,
    },
    { path: 'combine', label: 'All series as one', group: GROUP, kind: 'switch', initial: false },
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
    ...stackFields,
    ...hideFromFields,
  ],
  standard: STANDARD,
  suits: (frames) =>
    frames.some((one) => one.fields.some((field) => /^xMax$/i.test(field.name))) ? 95 : 10,
};
