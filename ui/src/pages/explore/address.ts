// Grafana's addresses of its explore page (`left=` and `panes=`), as those of the query page.

import { SOURCE_PARAM } from '../../api/source';
import { encodePanels, NEW_PANEL, type PanelState } from '../../lib/panelUrl';
import { parseTime, type TimeContext } from '../../dash/time';

interface Pane {
  readonly source: string;
  readonly exprs: readonly string[];
  readonly from: string;
  readonly to: string;
}

type Loose = Readonly<Record<string, unknown>>;

function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const loose = (value: unknown): Loose => (isLoose(value) ? value : {});
const word = (value: unknown): string => (typeof value === 'string' ? value : '');
const words = (value: unknown): string => (typeof value === 'number' ? String(value) : word(value));

function paneOf(value: unknown): Pane {
  const pane = loose(value);
  const range = loose(pane['range']);
  const queries = Array.isArray(pane['queries']) ? pane['queries'] : [];
  const first = loose(loose(queries[0])['datasource']);
  return {
    source: word(pane['datasource']) || word(first['uid']),
    exprs: queries.map((one) => word(loose(one)['expr'])).filter((expr) => expr !== ''),
    from: words(range['from']),
    to: words(range['to']),
  };
}

function panesOf(params: URLSearchParams): Pane[] {
  const given = params.get('panes') ?? params.get('left');
  if (given === null) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(given);
  } catch {
    return [];
  }
  if (params.has('panes')) return Object.values(loose(parsed)).map(paneOf);
  // Before version 8, `left` was a list: from, to, source, query….
  if (Array.isArray(parsed)) {
    const given: readonly unknown[] = parsed;
    const [from, to, datasource, ...queries] = given;
    return [paneOf({ datasource, queries, range: { from, to } })];
  }
  return [paneOf(parsed)];
}

/** The query page's address for an explore address. */
export function queryAddress(search: string, context: TimeContext): string {
  const [pane] = panesOf(new URLSearchParams(search));
  if (pane === undefined) return '/query';
  const from = parseTime(pane.from, false, context);
  const to = parseTime(pane.to, true, context);
  const range = from !== null && to !== null && to > from ? to - from : NEW_PANEL.rangeMs;
  const absolute = pane.to !== '' && !pane.to.includes('now');
  const panels = (pane.exprs.length > 0 ? pane.exprs : ['']).map((expr): PanelState => ({
    ...NEW_PANEL,
    expr,
    rangeMs: range,
    endMs: absolute ? to : null,
  }));
  const source = pane.source === '' ? '' : `&${SOURCE_PARAM}=${encodeURIComponent(pane.source)}`;
  return `/query?${encodePanels(panels)}${source}`;
}
