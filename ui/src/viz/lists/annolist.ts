import type { VizPlugin } from '../types';
import { AnnoList } from './AnnoList';

const GROUP = 'Annotation list';

export const plugin: VizPlugin = {
  type: 'annolist',
  name: 'Annotation list',
  description: 'Notes of this server',
  skipsData: true,
  Component: AnnoList,
  defaults: {
    limit: 10,
    onlyFromThisDashboard: false,
    onlyInTimeRange: false,
    tags: [],
    showUser: true,
    showTime: true,
    showTags: true,
  },
  customDefaults: {},
  optionFields: [
    {
      path: 'onlyFromThisDashboard',
      label: 'Of this dashboard only',
      group: GROUP,
      kind: 'switch',
      initial: false,
    },
    {
      path: 'onlyInTimeRange',
      label: 'In the chosen time only',
      group: GROUP,
      kind: 'switch',
      initial: false,
    },
    { path: 'tags', label: 'With tags', group: GROUP, kind: 'multi' },
    { path: 'limit', label: 'At most', group: GROUP, kind: 'number', min: 1, initial: 10 },
    { path: 'showUser', label: 'Who', group: 'Shows', kind: 'switch', initial: true },
    { path: 'showTime', label: 'When', group: 'Shows', kind: 'switch', initial: true },
    { path: 'showTags', label: 'Tags', group: 'Shows', kind: 'switch', initial: true },
  ],
  customFields: [],
  standard: [],
};
