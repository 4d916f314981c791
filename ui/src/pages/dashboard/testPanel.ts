// A panel for tests: everything empty but what is named.

import type { Panel } from '../../dash/model';

export function aPanel(given: Partial<Panel>): Panel {
  return {
    id: 1,
    type: 'timeseries',
    title: '',
    description: '',
    transparent: false,
    gridPos: { x: 0, y: 0, w: 12, h: 8 },
    datasource: { type: 'prometheus', uid: '' },
    targets: [],
    maxDataPoints: null,
    interval: '',
    timeFrom: '',
    timeShift: '',
    hideTimeOverride: false,
    options: {},
    fieldConfig: { defaults: { custom: {} }, overrides: [] },
    transformations: [],
    links: [],
    repeat: '',
    repeatDirection: 'h',
    maxPerRow: 4,
    collapsed: false,
    panels: [],
    libraryPanel: null,
    scopedVars: {},
    snapshotData: null,
    raw: {},
    ...given,
  };
}
