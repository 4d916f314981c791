import type { Frame } from '../../dash/frame';
import {
  choices,
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
import { StateTimeline } from './StateTimeline';

const GROUP = 'State timeline';

export function suitsStates(frames: readonly Frame[]): number {
  const over = frames.some(
    (one) =>
      one.length > 1 &&
      one.fields.some((field) => field.type === 'time') &&
      one.fields.some((field) => field.type === 'string' || field.type === 'boolean'),
  );
  return over ? 75 : 10;
}

export const plugin: VizPlugin = {
  type: 'state-timeline',
  name: 'State timeline',
  description: 'States and how long they lasted',
  Component: StateTimeline,
  defaults: {
    mergeValues: true,
    showValue: 'auto',
    alignValue: 'left',
    rowHeight: 0.9,
    perPage: 20,
    legend: legendDefaults,
    tooltip: tooltipDefaults,
  },
  customDefaults: {
    lineWidth: 0,
    fillOpacity: 70,
    spanNulls: false,
    insertNulls: false,
    hideFrom: hideFromDefaults,
  },
  optionFields: [
    {
      path: 'mergeValues',
      label: 'Merge equal neighbours',
      group: GROUP,
      kind: 'switch',
      initial: true,
    },
    valueField(GROUP),
    {
      path: 'alignValue',
      label: 'Values stand',
      group: GROUP,
      kind: 'segments',
      choices: choices(['left', 'Left'], ['center', 'Centre'], ['right', 'Right']),
      initial: 'left',
    },
    ...rowFields(GROUP),
    ...legendFields(false),
    ...tooltipFields(false),
  ],
  customFields: [
    ...boxFields(0),
    {
      path: 'spanNulls',
      label: 'Connect over gaps',
      group: 'Boxes',
      kind: 'select',
      choices: choices(
        [false, 'Never'],
        [true, 'Always'],
        [300_000, 'Up to 5 min'],
        [3_600_000, 'Up to 1 h'],
      ),
      initial: false,
    },
    ...hideFromFields,
  ],
  standard: without('fieldMinMax'),
  suits: suitsStates,
};
