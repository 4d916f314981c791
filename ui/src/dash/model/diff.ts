// What changed between two dashboards, in words that a person can check before saving.

import type { Dashboard, Json, JsonObject, Panel } from '../model';
import { writeAnnotation } from './dashboard';
import { isList, isObject, remove, sameJson } from './json';
import { allPanelsOf } from './layout';
import { writePanel } from './panel';
import { toJson } from './save';
import { writeVariable } from './variable';

export interface Change {
  /** "Panel “CPU” › Unit", "Time range", "Variable “job”". */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  allValue: 'Custom all value',
  allowCustomValue: 'Custom values',
  auto: 'Auto option',
  autoRefresh: 'Refresh',
  calcs: 'Calculations',
  custom: 'Style',
  datasource: 'Data source',
  defaults: 'Field defaults',
  description: 'Description',
  displayName: 'Display name',
  editable: 'Editable',
  expr: 'Expression',
  fieldConfig: 'Fields',
  fillOpacity: 'Fill opacity',
  fiscalYearStartMonth: 'Start of the fiscal year',
  graphTooltip: 'Shared tooltip',
  gridPos: 'Place',
  hide: 'Hidden',
  includeAll: 'Include All',
  interval: 'Min step',
  legendFormat: 'Legend',
  lineWidth: 'Line width',
  liveNow: 'Live redraw',
  maxDataPoints: 'Max data points',
  maxPerRow: 'Max per row',
  multi: 'Several values',
  noValue: 'No value',
  options: 'Options',
  overrides: 'Overrides',
  query: 'Query',
  refId: 'Name of the query',
  refresh: 'Refresh',
  regex: 'Regex',
  repeat: 'Repeat',
  repeatDirection: 'Repeat direction',
  tags: 'Tags',
  targets: 'Queries',
  thresholds: 'Thresholds',
  time: 'Time range',
  timeFrom: 'Relative time',
  timepicker: 'Time picker',
  timeShift: 'Time shift',
  timezone: 'Time zone',
  title: 'Title',
  transformations: 'Transformations',
  transparent: 'Transparent',
  type: 'Kind',
  unit: 'Unit',
  weekStart: 'Start of the week',
};

function word(key: string): string {
  if (Object.hasOwn(WORDS, key)) return WORDS[key] ?? key;
  const spaced = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Deeper than this a value is shown whole. */
const DEEPEST = 5;

/** Lists of queries are matched by their name, all else by place. */
function itemName(one: Json | undefined, index: number): string {
  if (isObject(one)) {
    for (const key of ['refId', 'name', 'id']) {
      const name = one[key];
      if (typeof name === 'string' && name !== '') return name;
    }
  }
  return String(index + 1);
}

function named(list: readonly Json[]): Map<string, Json> {
  const out = new Map<string, Json>();
  list.forEach((one, i) => {
    const name = itemName(one, i);
    out.set(out.has(name) ? `${name} (${i + 1})` : name, one);
  });
  return out;
}

function compare(
  path: string,
  before: Json | undefined,
  after: Json | undefined,
  depth: number,
  out: Change[],
): void {
  if (sameJson(before, after)) return;
  if (before === undefined || after === undefined) {
    out.push({ path, kind: before === undefined ? 'added' : 'removed', before, after });
  } else if (depth < DEEPEST && isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(`${path} › ${word(key)}`, before[key], after[key], depth + 1, out);
    }
  } else if (depth < DEEPEST && isList(before) && isList(after) && before.some(isObject)) {
    const [a, b] = [named(before), named(after)];
    for (const key of new Set([...a.keys(), ...b.keys()])) {
      compare(`${path} › ${key}`, a.get(key), b.get(key), depth + 1, out);
    }
  } else {
    out.push({ path, kind: 'changed', before, after });
  }
}

function panelName(panel: Panel): string {
  const kind = panel.type === 'row' ? 'Row' : 'Panel';
  return `${kind} “${panel.title === '' ? `${panel.type} ${panel.id}` : panel.title}”`;
}

function panelJson(panel: Panel): JsonObject {
  const json = writePanel(panel);
  remove(json, 'id', 'gridPos', 'panels');
  return json;
}

function comparePanels(a: Dashboard, b: Dashboard, out: Change[]): void {
  const before = new Map(allPanelsOf(a).map((panel) => [panel.id, panel]));
  const after = new Map(allPanelsOf(b).map((panel) => [panel.id, panel]));
  for (const [id, panel] of before) {
    const now = after.get(id);
    if (now === undefined) {
      out.push({
        path: panelName(panel),
        kind: 'removed',
        before: writePanel(panel),
        after: undefined,
      });
      continue;
    }
    compare(panelName(now), panelJson(panel), panelJson(now), 0, out);
    if (!sameJson(panel.gridPos, now.gridPos)) {
      const [from, to] = [{ ...panel.gridPos }, { ...now.gridPos }];
      out.push({ path: panelName(now), kind: 'moved', before: from, after: to });
    }
  }
  for (const [id, panel] of after) {
    if (before.has(id)) continue;
    out.push({
      path: panelName(panel),
      kind: 'added',
      before: undefined,
      after: writePanel(panel),
    });
  }
}

function compareNamed(
  kind: string,
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  out: Change[],
): void {
  const [a, b] = [named(before), named(after)];
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  for (const key of keys) compare(`${kind} “${key}”`, a.get(key), b.get(key), 0, out);
  const order = (list: ReadonlyMap<string, Json>) =>
    [...list.keys()].filter((k) => a.has(k) && b.has(k));
  if (!sameJson(order(a), order(b))) {
    out.push({
      path: `Order of ${kind.toLowerCase()}s`,
      kind: 'moved',
      before: order(a),
      after: order(b),
    });
  }
}

/** What saving sets by itself, and what is compared in its own way. */
const APART = [
  'panels',
  'templating',
  'annotations',
  'version',
  'id',
  'schemaVersion',
  'iteration',
];

/** From `a` to `b`; empty where nothing that is saved differs. */
export function diffDashboards(a: Dashboard, b: Dashboard): readonly Change[] {
  const out: Change[] = [];
  const [before, after] = [toJson(a), toJson(b)];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!APART.includes(key)) compare(word(key), before[key], after[key], 1, out);
  }
  compareNamed('Variable', a.variables.map(writeVariable), b.variables.map(writeVariable), out);
  const notes = (d: Dashboard) => d.annotations.map(writeAnnotation);
  compareNamed('Annotation', notes(a), notes(b), out);
  comparePanels(a, b, out);
  return out;
}
