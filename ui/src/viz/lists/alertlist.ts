import { choices, isAt } from '../shared/optionFields';
import type { VizPlugin } from '../types';
import { AlertList } from './AlertList';

const GROUP = 'Alert list';
const STATES = 'States';

export const plugin: VizPlugin = {
  type: 'alertlist',
  name: 'Alert list',
  description: 'Alerts and their state',
  skipsData: true,
  Component: AlertList,
  defaults: {
    viewMode: 'list',
    groupMode: 'default',
    groupBy: [],
    maxItems: 20,
    sortOrder: 3,
    alertName: '',
    alertInstanceLabelFilter: '',
    dashboardAlerts: false,
    stateFilter: {
      firing: true,
      pending: true,
      recovering: true,
      noData: true,
      error: true,
      normal: false,
    },
  },
  customDefaults: {},
  optionFields: [
    {
      path: 'viewMode',
      label: 'As',
      group: GROUP,
      kind: 'segments',
      choices: choices(['list', 'List'], ['stat', 'Number']),
      initial: 'list',
    },
    {
      path: 'groupMode',
      label: 'Group',
      group: GROUP,
      kind: 'segments',
      choices: choices(['default', 'No'], ['custom', 'By labels']),
      initial: 'default',
    },
    {
      path: 'groupBy',
      label: 'Labels',
      group: GROUP,
      kind: 'multi',
      when: isAt('groupMode', 'custom'),
    },
    { path: 'maxItems', label: 'At most', group: GROUP, kind: 'number', min: 1, initial: 20 },
    {
      path: 'sortOrder',
      label: 'Order',
      group: GROUP,
      kind: 'select',
      choices: choices(
        [3, 'Worst first'],
        [1, 'Name, rising'],
        [2, 'Name, falling'],
        [5, 'Newest first'],
        [4, 'Oldest first'],
      ),
      initial: 3,
    },
    {
      path: 'dashboardAlerts',
      label: 'Of this dashboard only',
      group: 'Filter',
      kind: 'switch',
      initial: false,
    },
    { path: 'alertName', label: 'Name holds', group: 'Filter', kind: 'text' },
    { path: 'alertInstanceLabelFilter', label: 'Labels', group: 'Filter', kind: 'text' },
    { path: 'folder', label: 'Folder', group: 'Filter', kind: 'text' },
    { path: 'stateFilter.firing', label: 'Firing', group: STATES, kind: 'switch', initial: true },
    { path: 'stateFilter.pending', label: 'Pending', group: STATES, kind: 'switch', initial: true },
    {
      path: 'stateFilter.recovering',
      label: 'Recovering',
      group: STATES,
      kind: 'switch',
      initial: true,
    },
    { path: 'stateFilter.noData', label: 'No data', group: STATES, kind: 'switch', initial: true },
    { path: 'stateFilter.error', label: 'Error', group: STATES, kind: 'switch', initial: true },
    { path: 'stateFilter.normal', label: 'Normal', group: STATES, kind: 'switch', initial: false },
  ],
  customFields: [],
  standard: [],
};
