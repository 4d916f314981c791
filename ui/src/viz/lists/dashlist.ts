import type { VizPlugin } from '../types';
import { DashList } from './DashList';

const GROUP = 'Dashboards';

export const plugin: VizPlugin = {
  type: 'dashlist',
  name: 'Dashboard list',
  description: 'Starred, recent and found dashboards',
  skipsData: true,
  Component: DashList,
  defaults: {
    showStarred: true,
    showRecentlyViewed: false,
    showSearch: false,
    showHeadings: true,
    showFolderNames: true,
    maxItems: 10,
    query: '',
    tags: [],
    includeVars: false,
    keepTime: false,
  },
  customDefaults: {},
  optionFields: [
    { path: 'showStarred', label: 'Starred', group: GROUP, kind: 'switch', initial: true },
    {
      path: 'showRecentlyViewed',
      label: 'Recently viewed',
      group: GROUP,
      kind: 'switch',
      initial: false,
    },
    { path: 'showSearch', label: 'Search', group: GROUP, kind: 'switch', initial: false },
    { path: 'showHeadings', label: 'Headings', group: GROUP, kind: 'switch', initial: true },
    { path: 'showFolderNames', label: 'Folders', group: GROUP, kind: 'switch', initial: true },
    { path: 'maxItems', label: 'At most', group: GROUP, kind: 'number', min: 1, initial: 10 },
    { path: 'query', label: 'Search for', group: 'Search', kind: 'text' },
    { path: 'folderUID', label: 'In folder', group: 'Search', kind: 'text' },
    { path: 'tags', label: 'With tags', group: 'Search', kind: 'multi' },
    {
      path: 'keepTime',
      label: 'Take the time along',
      group: 'Links',
      kind: 'switch',
      initial: false,
    },
    {
      path: 'includeVars',
      label: 'Take the variables along',
      group: 'Links',
      kind: 'switch',
      initial: false,
    },
  ],
  customFields: [],
  standard: [],
};
