// The routing tree, its groups and receivers, and what another configuration would change.

import { requestBare, unwrap, type ApiSuccess } from './client';
import {
  bool,
  list,
  listOrNull,
  map,
  number,
  object,
  optional,
  record,
  text,
  time,
  withDefault,
  type Decoded,
  type Decoder,
} from './decode';
import { attempt } from './deliveries';

const fields = {
  id: text,
  key: withDefault(text, ''),
  receiver: text,
  matchers: listOrNull(text),
  continue: withDefault(bool, false),
  groupBy: listOrNull(text),
  groupByAll: withDefault(bool, false),
  groupWaitMs: number,
  groupIntervalMs: number,
  repeatIntervalMs: number,
  muteTimeIntervals: listOrNull(text),
  activeTimeIntervals: listOrNull(text),
  mutedNow: withDefault(bool, false),
  groups: withDefault(number, 0),
  alerts: withDefault(number, 0),
};
const own = object(fields);

export type RouteNode = Decoded<typeof own> & { readonly children: readonly RouteNode[] };

const node: Decoder<RouteNode> = (value, path) => ({
  ...own(value, path),
  children: listOrNull(node)(record(value, path)['children'], `${path}.children`),
});

const groupState = object({
  receiver: text,
  routeId: withDefault(text, ''),
  groupKey: withDefault(text, ''),
  labels: map(text),
  created: optional(time),
  lastFlush: optional(time),
  nextFlush: optional(time),
  flushing: withDefault(bool, false),
  mutedBy: listOrNull(text),
  alerts: withDefault(number, 0),
  firing: withDefault(number, 0),
});

export type GroupState = Decoded<typeof groupState>;

const receiver = object({
  name: text,
  integrations: listOrNull(
    object({
      integration: text,
      index: withDefault(number, 0),
      sendResolved: withDefault(bool, false),
      lastOutcome: withDefault(text, ''),
      lastAt: optional(time),
      lastError: withDefault(text, ''),
    }),
  ),
});

export type Receiver = Decoded<typeof receiver>;

const testResult = object({
  integration: text,
  index: withDefault(number, 0),
  delivered: bool,
  attempts: listOrNull(attempt),
});

export type TestResult = Decoded<typeof testResult>;

const dryRun = object({
  warnings: listOrNull(text),
  alerts: withDefault(number, 0),
  changes: listOrNull(
    object({
      fingerprint: text,
      labels: map(text),
      before: listOrNull(text),
      after: listOrNull(text),
    }),
  ),
  groups: listOrNull(
    object({
      receiver: text,
      groupKey: withDefault(text, ''),
      alertsBefore: withDefault(number, 0),
      alertsAfter: withDefault(number, 0),
      notifies: withDefault(bool, false),
    }),
  ),
});

export type DryRun = Decoded<typeof dryRun>;

export async function fetchRoutes(signal: AbortSignal): Promise<ApiSuccess<{ root: RouteNode }>> {
  return unwrap(await requestBare('routes', object({ root: node }), { signal }));
}

export async function fetchGroupStates(signal: AbortSignal): Promise<GroupState[]> {
  const shape = object({ groups: listOrNull(groupState) });
  return unwrap(await requestBare('groups/state', shape, { signal })).data.groups;
}

export async function fetchReceivers(signal: AbortSignal): Promise<ApiSuccess<Receiver[]>> {
  const shape = object({ receivers: listOrNull(receiver) });
  const answer = unwrap(await requestBare('receivers/integrations', shape, { signal }));
  return { ...answer, data: answer.data.receivers };
}

export interface TestOf {
  readonly receiver: string;
  readonly integration: string;
  readonly index: number;
  readonly alert: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  } | null;
}

export async function sendTest(of: TestOf): Promise<TestResult[]> {
  const shape = object({ results: list(testResult) });
  return unwrap(await requestBare('receivers/test', shape, { method: 'POST', body: of })).data
    .results;
}

export async function tryConfig(yaml: string, signal?: AbortSignal): Promise<DryRun> {
  const answer = await requestBare('config/dry_run', dryRun, {
    method: 'POST',
    body: yaml,
    ...(signal ? { signal } : {}),
  });
  return unwrap(answer).data;
}
