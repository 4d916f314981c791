import {
  choices,
  isAt,
  orientationField,
  reduceDefaults,
  reduceFields,
  STANDARD,
  textSizeFields,
} from '../shared/optionFields';
import { suitsValues } from '../stat/index';
import type { VizPlugin } from '../types';
import { Gauge } from './Gauge';

const GROUP = 'Gauge';

export const plugin: VizPlugin = {
  type: 'gauge',
  name: 'Gauge',
  description: 'Values on a dial between two bounds',
  Component: Gauge,
  defaults: {
    reduceOptions: reduceDefaults,
    orientation: 'auto',
    showThresholdLabels: false,
    showThresholdMarkers: true,
    sizing: 'auto',
    minVizWidth: 75,
    minVizHeight: 75,
  },
  customDefaults: {},
  optionFields: [
    ...reduceFields,
    orientationField,
    {
      path: 'showThresholdMarkers',
      label: 'Thresholds on the rim',
      group: GROUP,
      kind: 'switch',
      initial: true,
    },
    {
      path: 'showThresholdLabels',
      label: 'Their values',
      group: GROUP,
      kind: 'switch',
      initial: false,
    },
    { path: 'neutral', label: 'Starts at', group: GROUP, kind: 'number' },
    {
      path: 'sizing',
      label: 'Size',
      group: 'Layout',
      kind: 'segments',
      choices: choices(['auto', 'Auto'], ['manual', 'Manual']),
      initial: 'auto',
    },
    {
      path: 'minVizWidth',
      label: 'Least width',
      group: 'Layout',
      kind: 'number',
      min: 40,
      when: isAt('sizing', 'manual'),
    },
    {
      path: 'minVizHeight',
      label: 'Least height',
      group: 'Layout',
      kind: 'number',
      min: 40,
      when: isAt('sizing', 'manual'),
    },
    ...textSizeFields,
  ],
  customFields: [],
  standard: STANDARD,
  suits: (frames) => suitsValues(frames) - 10,
};
