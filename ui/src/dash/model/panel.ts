// One panel between its JSON (migrated, with id, place and refIds assigned) and the type. What the
// file says stays in `raw` whole; writing puts over it only what differs from what was read.

import type { GridPos, Json, JsonObject, Panel, Target, Transformation } from '../model';
import {
  dataLinks,
  fieldDefaults,
  override,
  writeDefaults,
  writeLinks,
  writeOverride,
} from './fieldConfig';
import {
  cloneJson,
  draft,
  flag,
  isList,
  isObject,
  number,
  object,
  objects,
  patch,
  text,
  type Draft,
} from './json';
import { isDefault, isExpression, sourceRef, writeRef } from './sources';

const FORMATS = ['time_series', 'table', 'heatmap'] as const;

/** `panelSource` is taken where the target names none. */
export function readTarget(raw: JsonObject, panelSource: Json | undefined): Target {
  const instant = flag(raw['instant']);
  const range = typeof raw['range'] === 'boolean' ? raw['range'] : !instant;
  const source = raw['datasource'];
  return {
    refId: text(raw['refId']),
    datasource: sourceRef(source === undefined || source === null ? panelSource : source),
    expr: text(raw['expr']),
    legendFormat: text(raw['legendFormat']),
    format: FORMATS.find((one) => one === raw['format']) ?? 'time_series',
    instant,
    range: range || !instant,
    exemplar: flag(raw['exemplar']),
    interval: text(raw['interval']),
    intervalFactor: number(raw['intervalFactor']) ?? 1,
    hide: flag(raw['hide']),
    raw,
  };
}

export function writeTarget(target: Target, panelSource: Json | undefined): Draft {
  const was = readTarget(target.raw, panelSource);
  const fresh = Object.keys(target.raw).length === 0;
  return patch(target.raw, [
    ['refId', target.refId, was.refId],
    ['datasource', target.datasource, was.datasource, () => cloneJson(writeRef(target.datasource))],
    ['expr', target.expr, fresh ? undefined : was.expr],
    ['legendFormat', target.legendFormat, was.legendFormat],
    ['format', target.format, was.format],
    ['instant', target.instant, was.instant],
    ['range', target.range, was.range],
    ['exemplar', target.exemplar, was.exemplar],
    ['interval', target.interval, was.interval],
    ['intervalFactor', target.intervalFactor, was.intervalFactor],
    ['hide', target.hide, was.hide],
  ]);
}

export function readTransformation(raw: JsonObject): Transformation {
  const filter = raw['filter'];
  return {
    id: text(raw['id']),
    options: object(raw['options']),
    disabled: flag(raw['disabled']),
    ...(isObject(filter) ? { filter: { id: text(filter['id']), options: filter['options'] } } : {}),
    ...(typeof raw['topic'] === 'string' ? { topic: raw['topic'] } : {}),
    raw,
  };
}

function writeTransformation(one: Transformation): Draft {
  const raw = one.raw ?? {};
  const was = readTransformation(raw);
  return patch(raw, [
    ['id', one.id, was.id],
    ['options', one.options, raw['options']],
    ['disabled', one.disabled, was.disabled],
    ['filter', one.filter, was.filter],
    ['topic', one.topic, was.topic],
  ]);
}

export const DEFAULT_GRID: GridPos = { x: 0, y: 0, w: 12, h: 8 };

export function readGrid(raw: Json | undefined): GridPos {
  const from = object(raw);
  const whole = (value: Json | undefined, empty: number) => Math.round(number(value) ?? empty);
  const w = Math.min(Math.max(whole(from['w'], DEFAULT_GRID.w), 1), 24);
  const h = Math.min(Math.max(whole(from['h'], DEFAULT_GRID.h), 1), 1000);
  return {
    x: Math.min(Math.max(whole(from['x'], 0), 0), 24 - w),
    y: Math.min(Math.max(whole(from['y'], 0), 0), 100_000),
    w,
    h,
  };
}

/**
 * A panel that says "default" is of the source that its first query names: what was the default when
 * it was made may not be so any more.
 */
function panelSource(raw: JsonObject): Json | undefined {
  const own = raw['datasource'];
  if (!isDefault(sourceRef(own))) return own;
  const named = objects(raw['targets'])
    .map((target) => target['datasource'])
    .find((one) => !isDefault(sourceRef(one)) && !isExpression(sourceRef(one)));
  return named ?? own;
}

export function readPanel(raw: JsonObject): Panel {
  const config = object(raw['fieldConfig']);
  const library = raw['libraryPanel'];
  const source = panelSource(raw);
  return {
    id: number(raw['id']) ?? 0,
    type: text(raw['type']),
    title: text(raw['title']),
    description: text(raw['description']),
    transparent: flag(raw['transparent']),
    gridPos: readGrid(raw['gridPos']),
    datasource: sourceRef(source),
    targets: objects(raw['targets']).map((target) => readTarget(target, source)),
    maxDataPoints: positive(raw['maxDataPoints']),
    interval: text(raw['interval']),
    timeFrom: text(raw['timeFrom']),
    timeShift: text(raw['timeShift']),
    hideTimeOverride: flag(raw['hideTimeOverride']),
    options: object(raw['options']),
    fieldConfig: {
      defaults: fieldDefaults(object(config['defaults'])),
      overrides: objects(config['overrides']).map(override),
    },
    transformations: objects(raw['transformations']).map(readTransformation),
    links: dataLinks(raw['links']),
    repeat: text(raw['repeat']),
    repeatDirection: raw['repeatDirection'] === 'v' ? 'v' : 'h',
    maxPerRow: positive(raw['maxPerRow']) ?? 4,
    collapsed: raw['type'] === 'row' && flag(raw['collapsed']),
    panels: raw['type'] === 'row' ? objects(raw['panels']).map(readPanel) : [],
    libraryPanel:
      isObject(library) && text(library['uid']) !== ''
        ? { uid: text(library['uid']), name: text(library['name']) }
        : null,
    scopedVars: {},
    snapshotData: isList(raw['snapshotData']) ? objects(raw['snapshotData']) : null,
    raw,
  };
}

function positive(raw: Json | undefined): number | null {
  const value = number(raw);
  return value !== undefined && value >= 1 ? Math.floor(value) : null;
}

/** Of a panel that is not on the dashboard yet. */
export const EMPTY_PANEL: Panel = readPanel({});

function writeFieldConfig(panel: Panel): Draft {
  const raw = object(panel.raw['fieldConfig']);
  const out = draft(cloneJson(raw));
  out['defaults'] = writeDefaults(panel.fieldConfig.defaults, object(raw['defaults']));
  out['overrides'] = panel.fieldConfig.overrides.map(writeOverride);
  return out;
}

/** What a repeat set is never written: clones live only while a dashboard is shown. */
export function writePanel(panel: Panel): Draft {
  const { raw } = panel;
  const was = readPanel(raw);
  const source = panelSource(raw);
  const ref = () => cloneJson(writeRef(panel.datasource));
  const targetSource = writeRef(panel.datasource);
  const sameSource = panel.datasource.uid === was.datasource.uid;
  const isRow = panel.type === 'row';
  const out = patch(raw, [
    ['id', panel.id, raw['id']],
    ['type', panel.type, was.type],
    ['title', panel.title, was.title],
    ['description', panel.description, was.description],
    ['transparent', panel.transparent, was.transparent],
    ['gridPos', panel.gridPos, raw['gridPos'] === undefined ? undefined : was.gridPos],
    ['datasource', panel.datasource, was.datasource, ref],
    [
      'targets',
      panel.targets,
      was.targets,
      () => panel.targets.map((one) => writeTarget(one, sameSource ? source : targetSource)),
    ],
    ['maxDataPoints', panel.maxDataPoints, was.maxDataPoints],
    ['interval', panel.interval, was.interval],
    ['timeFrom', panel.timeFrom, was.timeFrom],
    ['timeShift', panel.timeShift, was.timeShift],
    ['hideTimeOverride', panel.hideTimeOverride, was.hideTimeOverride],
    ['options', panel.options, was.options],
    ['fieldConfig', panel.fieldConfig, was.fieldConfig, () => writeFieldConfig(panel)],
    [
      'transformations',
      panel.transformations,
      was.transformations,
      () => panel.transformations.map(writeTransformation),
    ],
    ['links', panel.links, was.links, () => writeLinks(panel.links)],
    ['repeat', panel.repeat, was.repeat],
    ['repeatDirection', panel.repeatDirection, was.repeatDirection],
    ['maxPerRow', panel.maxPerRow, was.maxPerRow],
    ['collapsed', panel.collapsed, was.collapsed],
    ['panels', panel.panels, isRow ? was.panels : panel.panels, () => panel.panels.map(writePanel)],
    ['libraryPanel', panel.libraryPanel, was.libraryPanel],
    ['snapshotData', panel.snapshotData, was.snapshotData],
  ]);
  for (const key of ['repeat', 'libraryPanel', 'snapshotData', 'maxDataPoints']) {
    if (out[key] === null || (key === 'repeat' && out[key] === ''))
      Reflect.deleteProperty(out, key);
  }
  return out;
}
