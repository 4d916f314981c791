// From a panel to what /api/ds/query is asked: range, interval, data source, expressions with
// variables filled in. Macros of the server ($__interval, $__rate_interval, $__range) stay as they
// are written, because only the server knows the final step.

import type { Frame, TimeRangeMs } from '../frame';
import type { DataSourceRef, JsonObject, Panel, Target } from '../model';
import { list, number, object, text } from '../model/json';
import { DASHBOARD, isExpression, isGrafana, isMixed } from '../model/sources';
import { parseInterval, parseTime, resolveRange, type RawRange, type TimeContext } from '../time';
import {
  interpolate,
  withScopedVars,
  withValues,
  type VariableScope,
} from '../variables/interpolate';
import { zoneOffset } from '../zone';
import { decodeFrames } from './decode';
import { formatInterval, panelInterval, type PanelInterval } from './interval';
import { findSource, type DataSourceInfo } from './sources';

export interface QueryContext {
  readonly scope: VariableScope;
  readonly sources: readonly DataSourceInfo[];
  /** As the dashboard or address has it. */
  readonly raw: RawRange;
  readonly time: TimeContext;
  /** `timepicker.nowDelay`: data that is younger is not asked for. */
  readonly nowDelayMs?: number;
  /** Adds ad-hoc filters to an expression of this data source. */
  readonly filter?: (expr: string, sourceUid: string) => string;
  /** For panels that show another panel's result. */
  readonly panelById?: (id: number) => Panel | undefined;
}

export interface QueryBody extends JsonObject {
  readonly refId: string;
}

export interface PanelQueries {
  readonly range: TimeRangeMs;
  readonly raw: RawRange;
  /** "Last 1 hour", "1d earlier": where the panel does not show the dashboard's range. */
  readonly timeInfo: string;
  readonly interval: PanelInterval;
  readonly queries: readonly QueryBody[];
  /** Expressions refer to other queries by name: all go in one request, by their own names. */
  readonly together: boolean;
  /** What a person should know: a data source that was guessed, queries that cannot run here. */
  readonly remarks: readonly string[];
  readonly frames: readonly Frame[];
  /** Shows the result of this panel instead. */
  readonly sharedPanel: { readonly id: number; readonly withTransforms: boolean } | null;
}

/** The range of one panel: `timeFrom` takes the place of a relative one, `timeShift` moves it. */
export function panelRange(
  panel: Pick<Panel, 'timeFrom' | 'timeShift' | 'hideTimeOverride'>,
  raw: RawRange,
  context: TimeContext,
  scope: VariableScope,
): { readonly range: TimeRangeMs; readonly raw: RawRange; readonly timeInfo: string } {
  let shown = raw;
  let range = resolveRange(raw, context);
  const infos: string[] = [];
  const from = interpolate(panel.timeFrom, scope).trim();
  if (from !== '' && raw.from.includes('now')) {
    const override = overrideRange(from);
    if (parseTime(override.from, false, context) !== null) {
      shown = override;
      range = resolveRange(override, context);
      infos.push(/^now/.test(from) ? from : `Last ${from}`);
    }
  }
  const shift = interpolate(panel.timeShift, scope).trim();
  if (shift !== '') {
    const by = /^[+-]/.test(shift) ? shift : `-${shift}`;
    const start = parseTime(`${range.from}||${by}`, false, context);
    const end = parseTime(`${range.to}||${by}`, true, context);
    if (start !== null && end !== null && start <= end) {
      range = { from: start, to: end };
      shown = { from: String(start), to: String(end) };
      infos.push(`timeshift ${by}`);
    }
  }
  return { range, raw: shown, timeInfo: panel.hideTimeOverride ? '' : infos.join(', ') };
}

/** "1h", "now-1h", "now/d" and "1h/h". */
function overrideRange(from: string): RawRange {
  if (!from.startsWith('now')) return { from: `now-${from}`, to: 'now' };
  return { from, to: /^now[^-]*\/\w+$/.test(from) ? from : 'now' };
}

const INTERVAL_NAMES = /^\$\{?__(interval|interval_ms|rate_interval|rate_interval_ms|auto)\}?$/;

function minStep(target: Target, scope: VariableScope): string {
  return INTERVAL_NAMES.test(target.interval.trim())
    ? target.interval.trim()
    : interpolate(target.interval, scope).trim();
}

const SERVER_MACROS = [
  ...['__interval', '__interval_ms', '__rate_interval', '__rate_interval_ms'],
  ...['__range', '__range_s', '__range_ms'],
];

/** Macros of the server are unknown here, whatever the dashboard's range says. */
function withoutMacros(scope: VariableScope): VariableScope {
  return { ...scope, get: (name) => (SERVER_MACROS.includes(name) ? undefined : scope.get(name)) };
}

function promQuery(
  target: Target,
  source: DataSourceRef,
  scope: VariableScope,
  context: QueryContext,
): JsonObject {
  const filled = interpolate(target.expr, withoutMacros(scope), 'promql');
  return {
    datasource: { type: source.type, uid: source.uid },
    expr: context.filter?.(filled, source.uid) ?? filled,
    legendFormat: interpolate(target.legendFormat, scope),
    format: target.format,
    instant: target.instant,
    range: target.range,
    exemplar: target.exemplar,
    interval: minStep(target, withoutMacros(scope)),
    intervalFactor: target.intervalFactor,
  };
}

/** Strings of other data sources' queries, with variables filled in; macros are left. */
function otherQuery(target: Target, source: DataSourceRef, scope: VariableScope): JsonObject {
  const out: Record<string, JsonObject[string]> = {};
  for (const [key, value] of Object.entries(target.raw)) {
    out[key] = typeof value === 'string' ? interpolate(value, withoutMacros(scope)) : value;
  }
  return { ...out, datasource: { type: source.type, uid: source.uid } };
}

function sharedPanel(panel: Panel): PanelQueries['sharedPanel'] {
  if (panel.datasource.uid !== DASHBOARD) return null;
  const raw = panel.targets[0]?.raw ?? {};
  return {
    id: number(raw['panelId']) ?? -1,
    withTransforms: raw['withTransforms'] === true,
  };
}

/** What Grafana's own source holds in the file itself: the frames of a snapshot query. */
function heldFrames(target: Target): readonly Frame[] | null {
  if (text(target.raw['queryType']) !== 'snapshot') return null;
  return decodeFrames(list(target.raw['snapshot']), target.refId);
}

interface Parts {
  readonly queries: QueryBody[];
  readonly remarks: Set<string>;
  readonly frames: Frame[];
}

function addTarget(
  target: Target,
  panel: Panel,
  scope: VariableScope,
  context: QueryContext,
  common: JsonObject,
  parts: Parts,
): void {
  const { refId } = target;
  const hide: JsonObject = target.hide ? { hide: true } : {};
  if (isExpression(target.datasource)) {
    const source = { type: '__expr__', uid: '__expr__' };
    parts.queries.push({ ...otherQuery(target, source, scope), ...common, ...hide, refId });
    return;
  }
  const ref = isMixed(panel.datasource) ? target.datasource : panel.datasource;
  if (isGrafana(ref)) {
    const held = heldFrames(target);
    if (held === null) parts.remarks.add('Queries of the built-in Grafana source do not run here.');
    else parts.frames.push(...held);
    return;
  }
  const found = findSource(ref, context.sources, scope);
  if (found === null) {
    const type = ref.type === '' ? '' : ` of type ${ref.type}`;
    parts.remarks.add(`There is no data source${type} to ask.`);
    return;
  }
  if (found.remark !== '') parts.remarks.add(found.remark);
  const source = { type: found.source.type, uid: found.source.uid };
  if (found.source.type === 'prometheus' || target.expr !== '') {
    if (target.expr.trim() === '') return;
    const query = promQuery(target, source, scope, context);
    parts.queries.push({ ...query, ...common, ...hide, refId });
  } else {
    parts.queries.push({ ...otherQuery(target, source, scope), ...common, ...hide, refId });
  }
}

/** The interval's macros, for texts that are not sent to the server: titles, links, filters. */
export function withInterval(scope: VariableScope, interval: PanelInterval): VariableScope {
  return withValues(scope, {
    __interval: formatInterval(interval.intervalMs),
    __interval_ms: interval.intervalMs,
  });
}

function sourceInterval(panel: Panel, context: QueryContext, scope: VariableScope): string {
  const first = panel.targets.find((target) => !isExpression(target.datasource));
  const ref = isMixed(panel.datasource) ? first?.datasource : panel.datasource;
  if (ref === undefined) return '';
  return findSource(ref, context.sources, scope)?.source.timeInterval ?? '';
}

export function panelQueries(panel: Panel, context: QueryContext, widthPx: number): PanelQueries {
  const scope = withScopedVars(context.scope, panel.scopedVars);
  const ranged = panelRange(panel, context.raw, context.time, scope);
  const interval = panelInterval(
    { maxDataPoints: panel.maxDataPoints, minInterval: interpolate(panel.interval, scope) },
    ranged.range,
    widthPx,
    sourceInterval(panel, context, scope),
  );
  const empty = { ...ranged, interval, queries: [], together: false, remarks: [] };
  if (panel.snapshotData !== null) {
    const frames = panel.snapshotData.flatMap((raw) => snapshotFrames(raw));
    return { ...empty, frames, sharedPanel: null };
  }
  const shared = sharedPanel(panel);
  if (shared !== null) return { ...empty, frames: [], sharedPanel: shared };
  const expressions = panel.targets.some((one) => isExpression(one.datasource) && !one.hide);
  const common: JsonObject = {
    intervalMs: interval.intervalMs,
    maxDataPoints: interval.maxDataPoints,
    utcOffsetSec: zoneOffset(ranged.range.to, context.time.timezone) * 60,
  };
  const parts: Parts = { queries: [], remarks: new Set(), frames: [] };
  for (const target of panel.targets) {
    if (target.hide && !expressions) continue;
    addTarget(target, panel, scope, context, common, parts);
  }
  return {
    ...ranged,
    interval,
    queries: parts.queries,
    together: expressions,
    remarks: [...parts.remarks],
    frames: parts.frames,
    sharedPanel: null,
  };
}

/** Snapshots hold fields with their values inside, or frames as the API gives them. */
function snapshotFrames(raw: JsonObject): Frame[] {
  if (raw['schema'] !== undefined) return decodeFrames([raw], text(raw['refId']));
  const fields = list(raw['fields']).map(object);
  const frame = {
    schema: {
      refId: text(raw['refId']),
      name: text(raw['name']),
      meta: object(raw['meta']),
      fields: fields.map((field) => ({
        name: text(field['name']),
        type: text(field['type']),
        labels: object(field['labels']),
        config: object(field['config']),
      })),
    },
    data: { values: fields.map((field) => list(field['values'])) },
  };
  return decodeFrames([frame], frame.schema.refId);
}

/** "auto" and durations of the refresh picker, in milliseconds; null is off. */
export function refreshMs(refresh: string, range: TimeRangeMs, widthPx: number): number | null {
  if (refresh === 'auto') {
    const { intervalMs } = panelInterval(
      { maxDataPoints: null, minInterval: '' },
      range,
      widthPx,
      '',
    );
    return Math.max(intervalMs, 10_000);
  }
  return parseInterval(refresh);
}
