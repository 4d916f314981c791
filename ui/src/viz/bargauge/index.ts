import {
  choices,
  reduceDefaults,
  reduceFields,
  STANDARD,
  textSizeFields,
} from '../shared/optionFields';
import { suitsValues } from '../stat/index';
import type { VizPlugin } from '../types';
import { BarGauge } from './BarGauge';

const GROUP = 'Bar gauge';

export const plugin: VizPlugin = {
  type: 'bargauge',
  name: 'Bar gauge',
  description: 'Values as bars between two bounds',
  Component: BarGauge,
  defaults: {
    reduceOptions: reduceDefaults,
    orientation: 'auto',
    displayMode: 'gradient',
    valueMode: 'color',
    namePlacement: 'auto',
    showUnfilled: true,
    sizing: 'auto',
    minVizWidth: 8,
    minVizHeight: 16,
    maxVizHeight: 300,
  },
  customDefaults: {},
  optionFields: [
    ...reduceFields,
    {
      path: 'orientation',
      label: 'Direction',
      group: 'Layout',
      kind: 'segments',
      choices: choices(['auto', 'Auto'], ['horizontal', 'Horizontal'], ['vertical', 'Vertical']),
      initial: 'auto',
    },
    {
      path: 'displayMode',
      label: 'Style',
      group: GROUP,
      kind: 'segments',
      choices: choices(['gradient', 'Gradient'], ['lcd', 'Cells'], ['basic', 'Basic']),
      initial: 'gradient',
    },
    {
      path: 'valueMode',
      label: 'Value',
      group: GROUP,
      kind: 'segments',
      choices: choices(['color', 'Coloured'], ['text', 'Plain'], ['hidden', 'Hidden']),
      initial: 'color',
    },
    {
      path: 'namePlacement',
      label: 'Name',
      group: GROUP,
      kind: 'segments',
      choices: choices(['auto', 'Auto'], ['top', 'Above'], ['left', 'Left'], ['hidden', 'Hidden']),
      initial: 'auto',
    },
    {
      path: 'showUnfilled',
      label: 'Show the unfilled part',
      group: GROUP,
      kind: 'switch',
      initial: true,
    },
    { path: 'minVizHeight', label: 'Least height', group: 'Layout', kind: 'number', min: 8 },
    { path: 'minVizWidth', label: 'Least width', group: 'Layout', kind: 'number', min: 8 },
    { path: 'maxVizHeight', label: 'Greatest height', group: 'Layout', kind: 'number', min: 20 },
    ...textSizeFields,
  ],
  customFields: [],
  standard: STANDARD,
  suits: (frames) => suitsValues(frames) - 20,
};
