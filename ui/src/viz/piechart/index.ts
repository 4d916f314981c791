import {
  choices,
  hideFromDefaults,
  hideFromFields,
  legendFields,
  reduceDefaults,
  reduceFields,
  tooltipFields,
  without,
} from '../shared/optionFields';
import { suitsValues } from '../stat/index';
import type { VizPlugin } from '../types';
import { PieChart } from './PieChart';

const GROUP = 'Pie chart';

export const plugin: VizPlugin = {
  type: 'piechart',
  name: 'Pie chart',
  description: 'Parts of a whole',
  Component: PieChart,
  defaults: {
    reduceOptions: reduceDefaults,
    pieType: 'pie',
    sort: 'desc',
    displayLabels: [],
    legend: { showLegend: true, displayMode: 'list', placement: 'right', values: [] },
    tooltip: { mode: 'single', sort: 'none', hideZeros: false },
  },
  customDefaults: { hideFrom: hideFromDefaults },
  optionFields: [
    ...reduceFields,
    {
      path: 'pieType',
      label: 'Shape',
      group: GROUP,
      kind: 'segments',
      choices: choices(['pie', 'Pie'], ['donut', 'Donut']),
      initial: 'pie',
    },
    {
      path: 'sort',
      label: 'Order of the parts',
      group: GROUP,
      kind: 'segments',
      choices: choices(['desc', 'Falling'], ['asc', 'Rising'], ['none', 'As they come']),
      initial: 'desc',
    },
    {
      path: 'displayLabels',
      label: 'Labels',
      group: GROUP,
      kind: 'multi',
      choices: choices(['percent', 'Percent'], ['name', 'Name'], ['value', 'Value']),
    },
    ...legendFields(false),
    {
      path: 'legend.values',
      label: 'Values',
      group: 'Legend',
      kind: 'multi',
      choices: choices(['percent', 'Percent'], ['value', 'Value']),
    },
    ...tooltipFields(false),
  ],
  customFields: hideFromFields,
  standard: without('min', 'max', 'thresholds'),
  suits: (frames) => suitsValues(frames) - 40,
};
