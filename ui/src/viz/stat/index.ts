import type { Frame } from '../../dash/frame';
import {
  choices,
  isAt,
  orientationField,
  reduceDefaults,
  reduceFields,
  STANDARD,
  textSizeFields,
} from '../shared/optionFields';
import type { VizPlugin } from '../types';
import { Stat } from './Stat';

const GROUP = 'Stat';

export const plugin: VizPlugin = {
  type: 'stat',
  name: 'Stat',
  description: 'Large values with their course behind them',
  Component: Stat,
  defaults: {
    reduceOptions: reduceDefaults,
    orientation: 'auto',
    textMode: 'auto',
    colorMode: 'value',
    graphMode: 'area',
    justifyMode: 'auto',
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: 'standard',
  },
  customDefaults: {},
  optionFields: [
    ...reduceFields,
    orientationField,
    {
      path: 'wideLayout',
      label: 'Name beside the value where wide',
      group: 'Layout',
      kind: 'switch',
      initial: true,
      when: isAt('textMode', 'auto', 'value_and_name', undefined),
    },
    {
      path: 'textMode',
      label: 'Text',
      group: GROUP,
      kind: 'select',
      choices: choices(
        ['auto', 'Auto'],
        ['value', 'Value'],
        ['value_and_name', 'Value and name'],
        ['name', 'Name'],
        ['none', 'None'],
      ),
      initial: 'auto',
    },
    {
      path: 'colorMode',
      label: 'Colour',
      group: GROUP,
      kind: 'select',
      choices: choices(
        ['none', 'None'],
        ['value', 'Value'],
        ['background', 'Background, gradient'],
        ['background_solid', 'Background, solid'],
      ),
      initial: 'value',
    },
    {
      path: 'graphMode',
      label: 'Graph',
      group: GROUP,
      kind: 'segments',
      choices: choices(['none', 'None'], ['area', 'Area'], ['line', 'Line']),
      initial: 'area',
    },
    {
      path: 'justifyMode',
      label: 'Alignment',
      group: GROUP,
      kind: 'segments',
      choices: choices(['auto', 'Auto'], ['center', 'Centre']),
      initial: 'auto',
    },
    { path: 'showPercentChange', label: 'Percent change', group: GROUP, kind: 'switch' },
    {
      path: 'percentChangeColorMode',
      label: 'Colour of the change',
      group: GROUP,
      kind: 'select',
      choices: choices(
        ['standard', 'More is good'],
        ['inverted', 'Less is good'],
        ['same_as_value', 'As the value'],
      ),
      initial: 'standard',
      when: isAt('showPercentChange', true),
    },
    ...textSizeFields,
  ],
  customFields: [],
  standard: STANDARD,
  suits: suitsValues,
};

/** One figure a frame, or few series. */
export function suitsValues(frames: readonly Frame[]): number {
  const numbers = frames.flatMap((one) => one.fields.filter((field) => field.type === 'number'));
  if (numbers.length === 0 || numbers.length > 20) return 0;
  return frames.every((one) => one.length <= 1) ? 90 : numbers.length === 1 ? 60 : 40;
}
