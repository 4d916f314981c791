// Why an alert was told, or was not, and when it will be next.

import { heldAlert } from './alerts';
import { requestBare, unwrap, type ApiSuccess } from './client';
import {
  bool,
  float,
  list,
  listOrNull,
  map,
  number,
  object,
  optional,
  text,
  time,
  withDefault,
  type Decoded,
} from './decode';
import { threshold } from './rules';
import { silence } from './silences';

const integration = object({
  integration: text,
  index: withDefault(number, 0),
  sendResolved: withDefault(bool, false),
  lastSent: optional(time),
  lastError: withDefault(text, ''),
  lastErrorAt: optional(time),
  // `none`: nothing that is known now makes it told.
  nextReason: (value, path) => withDefault(text, '')(value, path).replace(/^none$/, ''),
  nextSend: optional(time),
  verdict: withDefault(text, ''),
});

const route = object({
  routeId: text,
  receiver: text,
  path: withDefault(list(text), []),
  groupLabels: withDefault(map(text), {}),
  groupKey: withDefault(text, ''),
  groupExists: withDefault(bool, false),
  groupWaitMs: number,
  groupIntervalMs: number,
  repeatIntervalMs: number,
  created: optional(time),
  lastFlush: optional(time),
  nextFlush: optional(time),
  flushing: withDefault(bool, false),
  mutedByIntervals: listOrNull(text),
  integrations: listOrNull(integration),
});

const rule = object({
  group: text,
  file: withDefault(text, ''),
  name: text,
  query: text,
  state: withDefault(text, 'unknown'),
  forSeconds: withDefault(number, 0),
  health: withDefault(text, 'unknown'),
  lastError: withDefault(text, ''),
  activeAt: optional(time),
  // Empty while there is no alert.
  value: (found, path) => (found === '' ? null : optional(float)(found, path)),
  threshold: optional(threshold),
});

const explanation = object({
  alert: optional(heldAlert),
  labels: map(text),
  fingerprint: text,
  resolved: withDefault(bool, false),
  verdict: withDefault(text, ''),
  status: object({
    state: withDefault(text, ''),
    silencedBy: listOrNull(text),
    inhibitedBy: listOrNull(text),
    mutedBy: listOrNull(text),
  }),
  silences: listOrNull(silence),
  inhibitedBy: listOrNull(
    object({
      fingerprint: text,
      labels: map(text),
      ruleIndex: optional(number),
      ruleName: withDefault(text, ''),
    }),
  ),
  routes: listOrNull(route),
  rule: optional(rule),
});

export type Explanation = Decoded<typeof explanation>;
export type ExplainedRoute = Decoded<typeof route>;
export type ExplainedRule = Decoded<typeof rule>;
export type ExplainedIntegration = Decoded<typeof integration>;

export type WhyOf =
  { readonly fingerprint: string } | { readonly labels: Readonly<Record<string, string>> };

export async function fetchExplanation(
  of: WhyOf,
  signal: AbortSignal,
): Promise<ApiSuccess<Explanation>> {
  const params: Record<string, string | string[]> =
    'fingerprint' in of
      ? { fingerprint: of.fingerprint }
      : { label: Object.entries(of.labels).map(([name, one]) => `${name}=${one}`) };
  return unwrap(await requestBare('explain', explanation, { params, signal }));
}
