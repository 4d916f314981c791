import {
  hideFromDefaults,
  hideFromFields,
  legendDefaults,
  legendFields,
  tooltipDefaults,
  tooltipFields,
  without,
} from '../shared/optionFields';
import type { VizPlugin } from '../types';
import { boxFields, rowFields, valueField } from './fields';
import { suitsStates } from './index';
import { StatusHistory } from './StateTimeline';

const GROUP = 'Status history';

export const plugin: VizPlugin = {
  type: 'status-history',
  name: 'Status history',
  description: 'A state for each interval',
  Component: StatusHistory,
  defaults: {
    showValue: 'auto',
    rowHeight: 0.9,
    colWidth: 0.9,
    perPage: 20,
    legend: legendDefaults,
    tooltip: tooltipDefaults,
  },
  customDefaults: { lineWidth: 1, fillOpacity: 70, hideFrom: hideFromDefaults },
  optionFields: [
    valueField(GROUP),
    ...rowFields(GROUP),
    {
      path: 'colWidth',
      label: 'Column width',
      group: GROUP,
      kind: 'slider',
      min: 0.1,
      max: 1,
      step: 0.05,
      initial: 0.9,
    },
    ...legendFields(false),
    ...tooltipFields(false),
  ],
  customFields: [...boxFields(1), ...hideFromFields],
  standard: without('fieldMinMax'),
  suits: (frames) => suitsStates(frames) - 10,
};
