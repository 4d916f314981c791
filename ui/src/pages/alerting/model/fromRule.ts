// From a stored rule to the form. What the form could not give back the same becomes JSON.

import type { JsonObject } from '../../../dash/model';
import { flag, isObject, list, number, object, objects, text } from '../../../dash/model/json';
import { formatDuration } from '../../../lib/time';
import {
  EXPRESSION_UID,
  newKey,
  pairsOf,
  WINDOW,
  type ConditionDraft,
  type QueryDraft,
  type RuleDraft,
} from './draft';
import { evaluatorOf, reducerByClassic, reducerByReduce } from './words';

const SHOWN_ANNOTATIONS = [
  'summary',
  'description',
  'runbook_url',
  '__dashboardUid__',
  '__panelId__',
];

const bare = (ref: string): string => ref.trim().replace(/^\$\{?|\}$/g, '');

const without = (from: JsonObject, ...keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));

function queryOf(item: JsonObject): QueryDraft | null {
  const model = object(item['model']);
  const range = object(item['relativeTimeRange']);
  if (typeof model['expr'] !== 'string' || (number(range['to']) ?? 0) !== 0) return null;
  const from = number(range['from']) ?? 600;
  return {
    refId: text(item['refId']),
    sourceUid: text(item['datasourceUid']),
    expr: model['expr'],
    window: from > 0 ? formatDuration(from * 1000) : WINDOW,
    model: without(model, 'expr', 'instant', 'range', 'refId'),
  };
}

function paramsOf(evaluator: JsonObject): readonly [string, string] {
  const [first, second] = list(evaluator['params']).map((one) => text(one));
  return [first ?? '', second ?? ''];
}

interface Graph {
  readonly nodes: ReadonlyMap<string, JsonObject>;
  readonly queries: readonly QueryDraft[];
  readonly used: Set<string>;
}

function nodeModel(graph: Graph, ref: string): JsonObject | null {
  const node = graph.nodes.get(ref);
  return node?.['datasourceUid'] === EXPRESSION_UID ? object(node['model']) : null;
}

/** A threshold over a reduction of a query, or over the query itself. */
function stepOf(graph: Graph, ref: string, join: 'and' | 'or'): ConditionDraft | null {
  const threshold = nodeModel(graph, ref);
  const conditions = objects(threshold?.['conditions']);
  const [first] = conditions;
  if (threshold?.['type'] !== 'threshold' || first === undefined || conditions.length > 1) {
    return null;
  }
  const evaluator = object(first['evaluator']);
  if (evaluatorOf(text(evaluator['type']))?.threshold !== true) return null;
  const source = bare(text(threshold['expression']));
  const isQuery = (name: string) => graph.queries.some((query) => query.refId === name);
  const reduce = isQuery(source) ? {} : nodeModel(graph, source);
  if (reduce === null) return null;
  const direct = isQuery(source);
  const refId = direct ? source : bare(text(reduce['expression']));
  const reducer = direct ? 'last' : reducerByReduce(text(reduce['reducer']));
  if (reducer === undefined || !isQuery(refId)) return null;
  if (!direct && reduce['type'] !== 'reduce') return null;
  graph.used.add(ref).add(source).add(refId);
  return {
    key: newKey(),
    join,
    reducer,
    refId,
    evaluator: text(evaluator['type']),
    params: paramsOf(evaluator),
    reduceRef: direct ? '' : source,
    thresholdRef: ref,
    reduceModel: without(reduce, 'type', 'expression', 'reducer', 'refId', 'datasource'),
    thresholdModel: without(first, 'evaluator'),
  };
}

interface Joined {
  readonly ref: string;
  readonly join: 'and' | 'or';
}

/** `($B && $C) || $D`, as the form writes it: folded from the left. */
export function readJoin(expression: string): Joined[] | null {
  const source = expression.trim();
  const alone = /^\$\{?(\w+)\}?$/.exec(source);
  if (alone?.[1] !== undefined) return [{ ref: alone[1], join: 'and' }];
  const last = /^(.*\S)\s*(&&|\|\|)\s*\$\{?(\w+)\}?$/s.exec(source);
  const [, before, sign, ref] = last ?? [];
  if (before === undefined || ref === undefined) return null;
  const nested = before.startsWith('(') && before.endsWith(')');
  if (!nested && !/^\$\{?\w+\}?$/.test(before)) return null;
  const rest = readJoin(nested ? before.slice(1, -1) : before);
  return rest === null ? null : [...rest, { ref, join: sign === '&&' ? 'and' : 'or' }];
}

interface Found {
  readonly shape: 'each' | 'all';
  readonly conditions: readonly ConditionDraft[];
  readonly rootRef: string;
}

function eachOf(graph: Graph, condition: string): Found | null {
  const alone = stepOf(graph, condition, 'and');
  if (alone !== null) return { shape: 'each', conditions: [alone], rootRef: '' };
  const math = nodeModel(graph, condition);
  if (math?.['type'] !== 'math') return null;
  const joined = readJoin(text(math['expression']));
  if (joined === null) return null;
  const steps = joined.map(({ ref, join }) => stepOf(graph, ref, join));
  const conditions = steps.filter((one) => one !== null);
  if (conditions.length !== steps.length) return null;
  graph.used.add(condition);
  return { shape: 'each', conditions, rootRef: condition };
}

function classicOf(graph: Graph, condition: string): Found | null {
  const model = nodeModel(graph, condition);
  if (model?.['type'] !== 'classic_conditions') return null;
  const conditions: ConditionDraft[] = [];
  for (const one of objects(model['conditions'])) {
    const evaluator = object(one['evaluator']);
    const reducer = reducerByClassic(text(object(one['reducer'])['type']));
    const refId = text(list(object(one['query'])['params'])[0]);
    const join = text(object(one['operator'])['type'], 'and');
    const known = graph.queries.some((query) => query.refId === refId);
    if (reducer === undefined || !known || !['and', 'or'].includes(join)) return null;
    if (evaluatorOf(text(evaluator['type']))?.classic !== true) return null;
    graph.used.add(refId);
    conditions.push({
      key: newKey(),
      join: join === 'or' ? 'or' : 'and',
      reducer,
      refId,
      evaluator: text(evaluator['type']),
      params: paramsOf(evaluator),
      reduceRef: '',
      thresholdRef: '',
      reduceModel: {},
      thresholdModel: {},
    });
  }
  graph.used.add(condition);
  return conditions.length === 0 ? null : { shape: 'all', conditions, rootRef: condition };
}

/** A classic condition says itself how far back it looks. */
function classicWindows(queries: readonly QueryDraft[], model: JsonObject): QueryDraft[] {
  return queries.map((query) => {
    const params = objects(model['conditions'])
      .map((one) => list(object(one['query'])['params']))
      .find(([ref]) => ref === query.refId);
    const window = text(params?.[1]);
    return window === '' ? query : { ...query, window };
  });
}

type Parts = Pick<RuleDraft, 'shape' | 'queries' | 'conditions' | 'rootRef'>;

/** null: the form cannot show it. */
export function partsOf(data: readonly JsonObject[], condition: string): Parts | null {
  const queries: QueryDraft[] = [];
  const nodes = new Map<string, JsonObject>();
  for (const item of data) {
    nodes.set(text(item['refId']), item);
    if (item['datasourceUid'] === EXPRESSION_UID) continue;
    const query = queryOf(item);
    if (query === null) return null;
    queries.push(query);
  }
  const graph: Graph = { nodes, queries, used: new Set() };
  const found = eachOf(graph, condition) ?? classicOf(graph, condition);
  if (found === null) return null;
  // A step that nothing here reads would be lost.
  const lost = data.some(
    (item) => item['datasourceUid'] === EXPRESSION_UID && !graph.used.has(text(item['refId'])),
  );
  if (lost) return null;
  const model = object(nodes.get(condition)?.['model']);
  const windows = found.shape === 'all' ? classicWindows(queries, model) : queries;
  return { ...found, queries: windows };
}

export function draftOf(rule: JsonObject, every: string): RuleDraft {
  const data = objects(rule['data']);
  const condition = text(rule['condition']);
  const record = isObject(rule['record']) ? rule['record'] : null;
  const parts = record === null ? partsOf(data, condition) : null;
  const annotations = object(rule['annotations']);
  const routing = object(rule['notification_settings']);
  return {
    uid: text(rule['uid']),
    title: text(rule['title']),
    ...(parts ?? { shape: 'json', queries: [], conditions: [], rootRef: '' }),
    json: JSON.stringify(data, null, 2),
    jsonCondition: condition,
    every,
    pending: text(rule['for'], '0s'),
    keepFiring: text(rule['keep_firing_for']),
    folderUid: text(rule['folderUID']),
    group: text(rule['ruleGroup']),
    summary: text(annotations['summary']),
    description: text(annotations['description']),
    runbook: text(annotations['runbook_url']),
    annotations: pairsOf(annotations, SHOWN_ANNOTATIONS),
    labels: pairsOf(object(rule['labels'])),
    receiver: text(routing['receiver']),
    routing: without(routing, 'receiver'),
    noData: text(rule['noDataState'], 'NoData'),
    onError: text(rule['execErrState'], 'Error'),
    missingEvals: text(rule['missing_series_evals_to_resolve']),
    paused: flag(rule['isPaused']),
    dashboardUid: text(annotations['__dashboardUid__']),
    panelId: text(annotations['__panelId__']),
    record,
    provenance: text(rule['provenance']),
  };
}
