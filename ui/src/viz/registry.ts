// All kinds of panels by name. What is not drawn yet comes as a table with a note, never as an
// empty box.

import type { VizPlugin } from './types';

export interface VizEntry {
  readonly type: string;
  readonly name: string;
  readonly description: string;
  /** Offered when a panel is made. */
  readonly offered: boolean;
}

type Loader = () => Promise<VizPlugin>;

const basic = (type: 'timeseries' | 'stat'): Loader => {
  return async () => (await import('./basics')).basics[type];
};

interface Kind {
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly load: Loader;
}

const kind = (type: string, name: string, description: string, load: Loader): Kind => ({
  type,
  name,
  description,
  load,
});

const KINDS: readonly Kind[] = [
  kind('timeseries', 'Time series', 'Lines, bars and points over time', basic('timeseries')),
  kind('stat', 'Stat', 'Large values with their course behind them', basic('stat')),
  kind(
    'gauge',
    'Gauge',
    'Values on a dial between two bounds',
    async () => (await import('./gauge/index')).plugin,
  ),
  kind(
    'bargauge',
    'Bar gauge',
    'Values as bars between two bounds',
    async () => (await import('./bargauge/index')).plugin,
  ),
  kind(
    'table',
    'Table',
    'Rows and columns, sorted and filtered',
    async () => (await import('./table/index')).plugin,
  ),
  kind(
    'barchart',
    'Bar chart',
    'Figures by category',
    async () => (await import('./barchart/index')).plugin,
  ),
  kind(
    'piechart',
    'Pie chart',
    'Parts of a whole',
    async () => (await import('./piechart/index')).plugin,
  ),
  kind(
    'heatmap',
    'Heatmap',
    'How values are spread over time',
    async () => (await import('./heatmap/index')).plugin,
  ),
  kind(
    'histogram',
    'Histogram',
    'How values are spread',
    async () => (await import('./histogram/index')).plugin,
  ),
  kind(
    'state-timeline',
    'State timeline',
    'States and how long they lasted',
    async () => (await import('./stateTimeline/index')).plugin,
  ),
  kind(
    'status-history',
    'Status history',
    'A state for each interval',
    async () => (await import('./stateTimeline/history')).plugin,
  ),
  kind('text', 'Text', 'Markdown, HTML or code', async () => (await import('./text/index')).plugin),
  kind(
    'alertlist',
    'Alert list',
    'Alerts and their state',
    async () => (await import('./lists/alertlist')).plugin,
  ),
  kind(
    'dashlist',
    'Dashboard list',
    'Starred, recent and found dashboards',
    async () => (await import('./lists/dashlist')).plugin,
  ),
  kind(
    'annolist',
    'Annotation list',
    'Notes of this server',
    async () => (await import('./lists/annolist')).plugin,
  ),
];

/** Known by name, shown as a table: the dashboard keeps them as they are. */
const NOT_DRAWN: Readonly<Record<string, string>> = {
  logs: 'Logs',
  traces: 'Traces',
  nodeGraph: 'Node graph',
  geomap: 'Geomap',
  canvas: 'Canvas',
  news: 'News',
  candlestick: 'Candlestick',
  flamegraph: 'Flame graph',
  xychart: 'XY chart',
  trend: 'Trend',
  datagrid: 'Datagrid',
  'grafana-polystat-panel': 'Polystat',
};

const byType = new Map(KINDS.map((one) => [one.type, one]));
const ALIASES: Readonly<Record<string, string>> = {
  'table-old': 'table',
  graph: 'timeseries',
  singlestat: 'stat',
};

export const VIZ_LIST: readonly VizEntry[] = KINDS.map(({ type, name, description }) => ({
  type,
  name,
  description,
  offered: true,
}));

export const vizName = (type: string): string =>
  byType.get(type)?.name ?? NOT_DRAWN[type] ?? (type === '' ? 'Panel' : type);

const loaded = new Map<string, VizPlugin>();
const loading = new Map<string, Promise<VizPlugin>>();

/** What has been loaded already; undefined: ask `loadViz` first. */
export const vizFor = (type: string): VizPlugin | undefined => loaded.get(type);

/** Always one that draws something; fails only where its code cannot be fetched. */
export function loadViz(type: string): Promise<VizPlugin> {
  const under = loading.get(type);
  if (under !== undefined) return under;
  const started = load(type).then(
    (plugin) => {
      loaded.set(type, plugin);
      return plugin;
    },
    (error: unknown) => {
      // Asked for again, it is tried again.
      loading.delete(type);
      throw error;
    },
  );
  loading.set(type, started);
  return started;
}

async function load(type: string): Promise<VizPlugin> {
  const known = byType.get(ALIASES[type] ?? type);
  if (known !== undefined) return known.load();
  const { placeholderFor } = await import('./placeholder/index');
  return placeholderFor(type, vizName(type));
}
