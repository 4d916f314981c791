// From the form to a rule as the server keeps it.

import type { Json, JsonObject } from '../../../dash/model';
import { asJson, isList } from '../../../dash/model/json';
import { parseDuration } from '../../../lib/time';
import {
  EXPRESSION_UID,
  freeRef,
  type ConditionDraft,
  type Pair,
  type QueryDraft,
  type RuleDraft,
} from './draft';
import { evaluatorOf, REDUCERS } from './words';

const DEFAULT_WINDOW_S = 600;

const expression = (refId: string, model: JsonObject): JsonObject => ({
  refId,
  queryType: '',
  relativeTimeRange: { from: 0, to: 0 },
  datasourceUid: EXPRESSION_UID,
  model: { ...model, refId, datasource: { type: '__expr__', uid: EXPRESSION_UID } },
});

/** Where only the last value counts, a query asks for that alone. */
export function isInstant(draft: RuleDraft, refId: string): boolean {
  return (
    draft.shape === 'each' &&
    draft.conditions.every((one) => one.refId !== refId || one.reducer === 'last')
  );
}

function dataQuery(query: QueryDraft, instant: boolean): JsonObject {
  const seconds = Math.round((parseDuration(query.window) ?? DEFAULT_WINDOW_S * 1000) / 1000);
  return {
    refId: query.refId,
    queryType: '',
    relativeTimeRange: { from: seconds, to: 0 },
    datasourceUid: query.sourceUid,
    model: {
      intervalMs: 1000,
      maxDataPoints: 43_200,
      ...query.model,
      expr: query.expr,
      instant,
      range: !instant,
      refId: query.refId,
    },
  };
}

function evaluatorJson(one: ConditionDraft): JsonObject {
  const wanted = evaluatorOf(one.evaluator)?.params ?? 1;
  return { type: one.evaluator, params: one.params.slice(0, wanted).map(Number) };
}

function classicData(draft: RuleDraft, ref: string): JsonObject {
  const conditions = draft.conditions.map((one, i): JsonObject => {
    const window = draft.queries.find((query) => query.refId === one.refId)?.window ?? '';
    return {
      type: 'query',
      evaluator: evaluatorJson(one),
      operator: { type: i === 0 ? 'and' : one.join },
      query: { params: [one.refId, window === '' ? '10m' : window, 'now'] },
      reducer: {
        type: REDUCERS.find(({ id }) => id === one.reducer)?.classic ?? one.reducer,
        params: [],
      },
    };
  });
  return expression(ref, { type: 'classic_conditions', expression: '', conditions });
}

export interface RuleData {
  readonly condition: string;
  readonly data: readonly Json[];
}

/** Each condition as two steps, and what joins them if there are several. */
function eachData(draft: RuleDraft, taken: Set<string>): RuleData {
  const named = (wish: string): string => {
    const ref = wish !== '' && !taken.has(wish) ? wish : freeRef(taken);
    taken.add(ref);
    return ref;
  };
  // Names that are stored already are kept, whatever is added beside them.
  const reserved = new Set(
    draft.conditions.flatMap((one) => [one.reduceRef, one.thresholdRef]).concat(draft.rootRef),
  );
  const fresh = (wish: string): string => {
    if (wish !== '') return named(wish);
    const ref = freeRef(new Set([...taken, ...reserved]));
    taken.add(ref);
    return ref;
  };
  const steps: JsonObject[] = [];
  let root = '';
  let joined = '';
  for (const one of draft.conditions) {
    const reduceRef = fresh(one.reduceRef);
    const thresholdRef = fresh(one.thresholdRef);
    steps.push(
      expression(reduceRef, {
        ...one.reduceModel,
        type: 'reduce',
        expression: one.refId,
        reducer: REDUCERS.find(({ id }) => id === one.reducer)?.reduce ?? one.reducer,
      }),
      expression(thresholdRef, {
        type: 'threshold',
        expression: reduceRef,
        conditions: [{ ...one.thresholdModel, evaluator: evaluatorJson(one) }],
      }),
    );
    const sign = one.join === 'and' ? '&&' : '||';
    joined = joined === '' ? `$${thresholdRef}` : `(${joined} ${sign} $${thresholdRef})`;
    root = thresholdRef;
  }
  if (draft.conditions.length > 1) {
    root = fresh(draft.rootRef);
    const inner = joined.startsWith('(') ? joined.slice(1, -1) : joined;
    steps.push(expression(root, { type: 'math', expression: inner }));
  }
  return { condition: root, data: steps };
}

export function dataOf(draft: RuleDraft): RuleData {
  if (draft.shape === 'json') {
    const parsed = readJson(draft.json);
    return { condition: draft.jsonCondition, data: parsed.ok ? parsed.data : [] };
  }
  const taken = new Set(draft.queries.map((query) => query.refId));
  const queries = draft.queries.map((query) => dataQuery(query, isInstant(draft, query.refId)));
  if (draft.shape === 'each') {
    const { condition, data } = eachData(draft, taken);
    return { condition, data: [...queries, ...data] };
  }
  const ref = draft.rootRef !== '' && !taken.has(draft.rootRef) ? draft.rootRef : freeRef(taken);
  return { condition: ref, data: [...queries, classicData(draft, ref)] };
}

export type ReadJson =
  | { readonly ok: true; readonly data: readonly Json[] }
  | { readonly ok: false; readonly error: string };

export function readJson(text: string): ReadJson {
  let parsed: Json | undefined;
  try {
    parsed = asJson(JSON.parse(text));
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : 'This is no JSON' };
  }
  if (!isList(parsed)) return { ok: false, error: 'This must be a list of queries: [ … ]' };
  return { ok: true, data: parsed };
}

function mapOf(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(
    pairs.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), value]),
  );
}

export function annotationsOf(draft: RuleDraft): Record<string, string> {
  const known: Record<string, string> = {
    summary: draft.summary,
    description: draft.description,
    runbook_url: draft.runbook,
    __dashboardUid__: draft.dashboardUid,
    __panelId__: draft.dashboardUid === '' ? '' : draft.panelId,
  };
  return {
    ...mapOf(draft.annotations),
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value.trim() !== '')),
  };
}

/** As the provisioning API takes it. */
export function ruleOf(draft: RuleDraft): JsonObject {
  const { condition, data } = dataOf(draft);
  const missing = Number(draft.missingEvals);
  return {
    uid: draft.uid,
    title: draft.title.trim(),
    folderUID: draft.folderUid,
    ruleGroup: draft.group.trim(),
    data,
    annotations: annotationsOf(draft),
    labels: mapOf(draft.labels),
    isPaused: draft.paused,
    ...(draft.record !== null
      ? { record: draft.record }
      : {
          condition,
          for: draft.pending.trim() === '' ? '0s' : draft.pending.trim(),
          noDataState: draft.noData,
          execErrState: draft.onError,
        }),
    ...(draft.keepFiring.trim() === '' ? {} : { keep_firing_for: draft.keepFiring.trim() }),
    ...(missing > 0 ? { missing_series_evals_to_resolve: missing } : {}),
    ...(draft.receiver === ''
      ? {}
      : { notification_settings: { ...draft.routing, receiver: draft.receiver } }),
  };
}
