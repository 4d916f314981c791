// Rule groups as the server has loaded them, with the alerts they hold.

import { request, unwrap, type ApiSuccess } from './client';
import {
  listOrNull,
  map,
  number,
  object,
  oneOf,
  optional,
  record,
  text,
  time,
  withDefault,
  type Decoded,
  type Decoder,
} from './decode';

/** What a rule compares, taken apart: `left op value`. */
export const threshold = object({ left: text, op: text, value: number });
export type Threshold = Decoded<typeof threshold>;

const alert = object({
  fingerprint: withDefault(text, ''),
  labels: map(text),
  annotations: withDefault(map(text), {}),
  state: oneOf('firing', 'pending', 'inactive'),
  activeAt: optional(time),
  value: withDefault(text, ''),
  keepFiringSince: optional(time),
});

const common = {
  name: text,
  query: text,
  labels: withDefault(map(text), {}),
  health: withDefault(text, 'unknown'),
  lastError: withDefault(text, ''),
  evaluationTime: withDefault(number, 0),
  lastEvaluation: optional(time),
  /** Series of the last result. */
  samples: optional(number),
};

const alertingRule = object({
  ...common,
  type: oneOf('alerting'),
  state: withDefault(oneOf('firing', 'pending', 'inactive', 'unknown'), 'unknown'),
  duration: withDefault(number, 0),
  keepFiringFor: withDefault(number, 0),
  annotations: withDefault(map(text), {}),
  alerts: listOrNull(alert),
  threshold: optional(threshold),
});

const recordingRule = object({ ...common, type: oneOf('recording') });

export type AlertingRule = Decoded<typeof alertingRule>;
export type RecordingRule = Decoded<typeof recordingRule>;
export type Rule = AlertingRule | RecordingRule;
export type RuleAlert = Decoded<typeof alert>;
export type AlertState = AlertingRule['state'];

const rule: Decoder<Rule> = (value, path) =>
  record(value, path)['type'] === 'alerting'
    ? alertingRule(value, path)
    : recordingRule(value, path);

const group = object({
  name: text,
  file: text,
  interval: number,
  rules: listOrNull(rule),
  evaluationTime: withDefault(number, 0),
  lastEvaluation: optional(time),
  limit: withDefault(number, 0),
  missedIterations: withDefault(number, 0),
  nextEvaluation: optional(time),
});

export type RuleGroup = Decoded<typeof group>;

const rules = object({ groups: listOrNull(group) });

export async function fetchRules(
  signal: AbortSignal,
): Promise<ApiSuccess<{ groups: RuleGroup[] }>> {
  return unwrap(await request('rules', rules, { signal }));
}
