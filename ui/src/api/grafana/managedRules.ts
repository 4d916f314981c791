// Managed alert rules: one at a time, their groups, and trials of what is not saved yet. Rules stay
// as the JSON they are; pages/alerting/model reads them.

import {
  float,
  list,
  listOrNull,
  map,
  number,
  object,
  optional,
  record,
  text,
  withDefault,
  type Decoded,
  type Decoder,
} from '../decode';
import { anything, grafana, type GrafanaResult } from './client';

/** What people do in pages stays open to pages. */
export const BY_HAND = { 'X-Disable-Provenance': 'true' } as const;

const RULES = 'api/v1/provisioning/alert-rules';
const jsonObject: Decoder<Readonly<Record<string, unknown>>> = record;

const rulePath = (uid: string): string => `${RULES}/${encodeURIComponent(uid)}`;

export function fetchManagedRule(uid: string, signal?: AbortSignal) {
  return grafana.get(rulePath(uid), jsonObject, signal === undefined ? {} : { signal });
}

const saved = object({ uid: text });

/** Makes it, or changes the one of its uid. */
export function putManagedRule(
  uid: string,
  body: unknown,
): Promise<GrafanaResult<{ readonly uid: string }>> {
  return uid === ''
    ? grafana.post(RULES, saved, { body, headers: BY_HAND })
    : grafana.put(rulePath(uid), saved, { body, headers: BY_HAND });
}

export function deleteManagedRule(uid: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(rulePath(uid), anything, { headers: BY_HAND });
}

/** As a file of provisioning/alerting. */
export const exportAddress = (uid: string): string =>
  `${rulePath(uid)}/export?format=yaml&download=true`;

const group = object({
  title: text,
  folderUid: withDefault(text, ''),
  interval: withDefault(number, 60),
  rules: listOrNull(jsonObject),
});
export type ManagedGroup = Decoded<typeof group>;

const groupPath = (folderUid: string, name: string): string =>
  `api/v1/provisioning/folder/${encodeURIComponent(folderUid)}/rule-groups/${encodeURIComponent(name)}`;

export function fetchManagedGroup(folderUid: string, name: string, signal?: AbortSignal) {
  return grafana.get(groupPath(folderUid, name), group, signal === undefined ? {} : { signal });
}

/** Says how often a group is evaluated; its rules stay. */
export async function setGroupInterval(
  folderUid: string,
  name: string,
  seconds: number,
): Promise<GrafanaResult<unknown>> {
  const now = await fetchManagedGroup(folderUid, name);
  if (!now.ok || now.data.interval === seconds) return now;
  const body = { title: name, folderUid, interval: seconds, rules: now.data.rules };
  return grafana.put(groupPath(folderUid, name), anything, { body, headers: BY_HAND });
}

const ruleGroups = map(
  list(object({ name: text, interval: withDefault(text, '1m'), rules: listOrNull(jsonObject) })),
);

/** By the folder's title. */
export function fetchRuleGroups(signal?: AbortSignal) {
  return grafana.get(
    'api/ruler/grafana/api/v1/rules',
    ruleGroups,
    signal === undefined ? {} : { signal },
  );
}

const instance = object({
  labels: withDefault(map(text), {}),
  state: withDefault(text, ''),
  value: optional(float),
});
const preview = object({
  sentence: withDefault(text, ''),
  instances: listOrNull(instance),
  error: withDefault(text, ''),
});
export type RulePreview = Decoded<typeof preview>;
export type PreviewInstance = Decoded<typeof instance>;

export function previewRule(
  rule: unknown,
  signal?: AbortSignal,
): Promise<GrafanaResult<RulePreview>> {
  return grafana.post('api/alerting/preview', preview, {
    body: { rule },
    ...(signal === undefined ? {} : { signal }),
  });
}

const version = object({
  version: number,
  created: withDefault(text, ''),
  createdBy: withDefault(text, ''),
});

export function fetchRuleVersions(uid: string, signal?: AbortSignal) {
  return grafana.get(
    `api/ruler/grafana/api/v1/rule/${encodeURIComponent(uid)}/versions`,
    listOrNull(version),
    signal === undefined ? {} : { signal },
  );
}

const line = object({
  previous: withDefault(text, ''),
  current: withDefault(text, ''),
  labels: withDefault(map(text), {}),
});
export interface HistoryLine extends Decoded<typeof line> {
  readonly at: number;
}

/** Changes of state, the latest first. */
export function fetchRuleHistory(
  uid: string,
  limit: number,
  signal?: AbortSignal,
): Promise<GrafanaResult<HistoryLine[]>> {
  const decoder: Decoder<HistoryLine[]> = (value, path) => {
    const columns = object({ data: object({ values: list(list(anything)) }) })(value, path).data
      .values;
    const [times, lines] = columns;
    const found = (times ?? []).map((at, i): HistoryLine => ({
      at: number(at, `${path}.time`),
      ...line(lines?.[i], `${path}.line`),
    }));
    return found.sort((a, b) => b.at - a.at);
  };
  return grafana.get('api/v1/rules/history', decoder, {
    params: { ruleUID: uid, limit: String(limit) },
    ...(signal === undefined ? {} : { signal }),
  });
}
