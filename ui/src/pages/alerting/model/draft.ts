// A rule while it is written: what the form holds, as people type it. Numbers and durations stay
// text until they are saved, so that nothing typed is lost.

import type { Json, JsonObject } from '../../../dash/model';
import type { Shape } from './words';

export interface QueryDraft {
  readonly refId: string;
  readonly sourceUid: string;
  readonly expr: string;
  /** How far back it looks where more than the last value counts: `10m`. */
  readonly window: string;
  /** What else the stored query says. */
  readonly model: JsonObject;
}

export interface ConditionDraft {
  readonly key: number;
  /** How it joins those before it. */
  readonly join: 'and' | 'or';
  readonly reducer: string;
  readonly refId: string;
  readonly evaluator: string;
  readonly params: readonly [string, string];
  /** What the stored expressions are called: annotations may speak of them. "": not stored yet. */
  readonly reduceRef: string;
  readonly thresholdRef: string;
  /** What the form does not show of the stored expressions, kept. */
  readonly reduceModel: JsonObject;
  readonly thresholdModel: JsonObject;
}

export interface Pair {
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

export interface RuleDraft {
  readonly uid: string;
  readonly title: string;
  /** `each`: an alert for each series; `all`: one for all; `json`: more than the form can show. */
  readonly shape: Shape | 'json';
  readonly queries: readonly QueryDraft[];
  readonly conditions: readonly ConditionDraft[];
  /** What joins several conditions, or the classic condition. "": not stored yet. */
  readonly rootRef: string;
  /** `data` as text, and which of its refs decides, where the form cannot show it. */
  readonly json: string;
  readonly jsonCondition: string;
  readonly every: string;
  readonly pending: string;
  readonly keepFiring: string;
  readonly folderUid: string;
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  readonly runbook: string;
  readonly annotations: readonly Pair[];
  readonly labels: readonly Pair[];
  readonly receiver: string;
  /** The rest of the rule's own notification settings. */
  readonly routing: JsonObject;
  readonly noData: string;
  readonly onError: string;
  readonly missingEvals: string;
  readonly paused: boolean;
  readonly dashboardUid: string;
  readonly panelId: string;
  /** Of a recording rule, which has no condition. */
  readonly record: JsonObject | null;
  readonly provenance: string;
}

let lastKey = 0;
export const newKey = (): number => ++lastKey;

export const EXPRESSION_UID = '__expr__';
export const WINDOW = '10m';

export function newQuery(refId: string, expr: string, sourceUid: string): QueryDraft {
  return { refId, sourceUid, expr, window: WINDOW, model: {} };
}

export function newCondition(refId: string): ConditionDraft {
  return {
    key: newKey(),
    join: 'and',
    reducer: 'last',
    refId,
    evaluator: 'gt',
    params: ['', ''],
    reduceRef: '',
    thresholdRef: '',
    reduceModel: {},
    thresholdModel: {},
  };
}

export function pairsOf(map: JsonObject, omit: readonly string[] = []): Pair[] {
  return Object.entries(map)
    .filter(([name]) => !omit.includes(name))
    .map(([name, value]) => ({ key: newKey(), name, value: textOf(value) }));
}

const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

/** A, B, …, Z, AA, …: the first that is not taken. */
export function freeRef(taken: ReadonlySet<string>): string {
  for (let i = 0; ; i++) {
    const letter = String.fromCharCode(65 + (i % 26));
    const ref = i < 26 ? letter : String.fromCharCode(64 + Math.floor(i / 26)) + letter;
    if (!taken.has(ref)) return ref;
  }
}

export function emptyDraft(sourceUid: string): RuleDraft {
  return {
    uid: '',
    title: '',
    shape: 'each',
    queries: [newQuery('A', '', sourceUid)],
    conditions: [newCondition('A')],
    rootRef: '',
    json: '',
    jsonCondition: '',
    every: '1m',
    pending: '2m',
    keepFiring: '',
    folderUid: '',
    group: '',
    summary: '',
    description: '',
    runbook: '',
    annotations: [],
    labels: [],
    receiver: '',
    routing: {},
    noData: 'NoData',
    onError: 'Error',
    missingEvals: '',
    paused: false,
    dashboardUid: '',
    panelId: '',
    record: null,
    provenance: '',
  };
}
