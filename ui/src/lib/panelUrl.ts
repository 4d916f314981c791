// The address of the query page: Prometheus' own `g0.expr=…` format, so that links from alerts,
// from Grafana and from old bookmarks open here, and ours open there.

import { formatDuration, formatUrlTime, parseDuration, parseUrlTime } from './time';

export type PanelTab = 'graph' | 'table';
export type Density = 'low' | 'medium' | 'high';
export type Resolution =
  | { readonly kind: 'auto'; readonly density: Density }
  | { readonly kind: 'fixed'; readonly stepMs: number };

export interface PanelState {
  readonly expr: string;
  readonly tab: PanelTab;
  readonly rangeMs: number;
  /** Null is now, and moves along with it. */
  readonly endMs: number | null;
  /** The moment of the table; null is now. */
  readonly momentMs: number | null;
  readonly resolution: Resolution;
  readonly stacked: boolean;
  /** The plan of the query beside its answer. */
  readonly explain: boolean;
}

export const DEFAULT_RANGE_MS = 3_600_000;

export const NEW_PANEL: PanelState = {
  expr: '',
  tab: 'graph',
  rangeMs: DEFAULT_RANGE_MS,
  endMs: null,
  momentMs: null,
  resolution: { kind: 'auto', density: 'medium' },
  stacked: false,
  explain: false,
};

/** A panel in an address starts where Prometheus would start it: on the table. */
const LINKED_PANEL: PanelState = { ...NEW_PANEL, tab: 'table' };

const MAX_PANELS = 64;

type Mutable = { -readonly [K in keyof PanelState]: PanelState[K] };

export function decodePanels(search: string): PanelState[] {
  const panels = new Map<number, Mutable>();
  for (const [key, value] of new URLSearchParams(search)) {
    const match = /^g(\d{1,4})\.(.+)$/.exec(key);
    if (match === null) continue;
    const index = Number(match[1]);
    let panel = panels.get(index);
    if (panel === undefined) {
      if (panels.size >= MAX_PANELS) continue;
      panel = { ...LINKED_PANEL };
      panels.set(index, panel);
    }
    readParameter(panel, match[2] ?? '', value);
  }
  return [...panels.entries()].sort(([a], [b]) => a - b).map(([, panel]) => panel);
}

function readParameter(panel: Mutable, name: string, value: string): void {
  switch (name) {
    case 'expr':
      panel.expr = value;
      break;
    case 'tab':
      panel.tab = value === '0' || value === 'graph' ? 'graph' : 'table';
      break;
    case 'range_input':
      panel.rangeMs = parseDuration(value) ?? panel.rangeMs;
      break;
    case 'end_input':
      panel.endMs = value === '' ? null : parseUrlTime(value);
      break;
    case 'moment_input':
      panel.momentMs = value === '' ? null : parseUrlTime(value);
      break;
    case 'step_input': {
      const stepMs = parseDuration(value);
      if (stepMs !== null) panel.resolution = { kind: 'fixed', stepMs };
      break;
    }
    case 'res_density':
      if (panel.resolution.kind === 'auto' && isDensity(value)) {
        panel.resolution = { kind: 'auto', density: value };
      }
      break;
    case 'stacked':
      panel.stacked = value === '1';
      break;
    case 'display_mode':
      panel.stacked = value === 'stacked';
      break;
    case 'explain':
      panel.explain = value === '1';
      break;
    default:
    // Settings of other programs' panels do not concern ours.
  }
}

function isDensity(value: string): value is Density {
  return value === 'low' || value === 'medium' || value === 'high';
}

export function encodePanels(panels: readonly PanelState[]): string {
  const params: string[] = [];
  panels.forEach((panel, i) => {
    const put = (name: string, value: string) =>
      params.push(`g${i}.${name}=${encodeURIComponent(value).replace(/%20/g, '+')}`);
    put('expr', panel.expr);
    put('tab', panel.tab === 'graph' ? '0' : '1');
    put('range_input', formatDuration(panel.rangeMs));
    if (panel.endMs !== null) put('end_input', formatUrlTime(panel.endMs));
    if (panel.momentMs !== null) put('moment_input', formatUrlTime(panel.momentMs));
    if (panel.resolution.kind === 'fixed')
      put('step_input', String(panel.resolution.stepMs / 1000));
    else if (panel.resolution.density !== 'medium') put('res_density', panel.resolution.density);
    if (panel.stacked) put('display_mode', 'stacked');
    if (panel.explain) put('explain', '1');
  });
  return params.join('&');
}
