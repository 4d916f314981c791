// Where managed alerts go: contact points, policies, mute timings, message templates.

import {
  bool,
  list,
  listOrNull,
  object,
  optional,
  record,
  text,
  withDefault,
  type Decoded,
  type Decoder,
} from '../decode';
import { anything, grafana, type GrafanaResult } from './client';
import { BY_HAND } from './managedRules';

const BASE = 'api/v1/provisioning';
const MANAGER = 'api/alertmanager/grafana/config/api/v1';

const loose: Decoder<Readonly<Record<string, unknown>>> = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? record(value, 'settings')
    : {};
const withSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
const named = (path: string, name: string): string => `${BASE}/${path}/${encodeURIComponent(name)}`;

// ---- contact points

const option = object({
  propertyName: text,
  label: withDefault(text, ''),
  description: withDefault(text, ''),
  element: withDefault(text, 'input'),
  placeholder: withDefault(text, ''),
  required: withDefault(bool, false),
  secure: withDefault(bool, false),
  selectOptions: listOrNull(object({ value: text, label: withDefault(text, '') })),
});
export type ContactOption = Decoded<typeof option>;

const contactType = object({
  type: text,
  name: text,
  description: withDefault(text, ''),
  delivered: withDefault(bool, true),
  options: listOrNull(option),
});
export type ContactType = Decoded<typeof contactType>;

export function fetchContactTypes(signal?: AbortSignal): Promise<GrafanaResult<ContactType[]>> {
  return grafana.get('api/alert-notifiers', list(contactType), withSignal(signal));
}

const point = object({
  uid: withDefault(text, ''),
  name: text,
  type: text,
  settings: loose,
  disableResolveMessage: withDefault(bool, false),
  provenance: withDefault(text, ''),
  notDelivered: withDefault(text, ''),
});
export type ContactPoint = Decoded<typeof point>;
export type ContactPointDraft = Omit<ContactPoint, 'provenance' | 'notDelivered'>;

export function fetchContactPoints(signal?: AbortSignal): Promise<GrafanaResult<ContactPoint[]>> {
  return grafana.get(`${BASE}/contact-points`, listOrNull(point), withSignal(signal));
}

/** Settings that say `[REDACTED]` keep their secret. */
export function putContactPoint(body: ContactPointDraft): Promise<GrafanaResult<unknown>> {
  return body.uid === ''
    ? grafana.post(`${BASE}/contact-points`, anything, { body, headers: BY_HAND })
    : grafana.put(named('contact-points', body.uid), anything, { body, headers: BY_HAND });
}

export function deleteContactPoint(uid: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(named('contact-points', uid), anything, { headers: BY_HAND });
}

const tested = object({
  receivers: listOrNull(
    object({
      grafana_managed_receiver_configs: listOrNull(
        object({ status: withDefault(text, ''), error: withDefault(text, '') }),
      ),
    }),
  ),
});

/** Sends a test; what went wrong, or null. */
export async function testContactPoint(body: ContactPointDraft): Promise<string | null> {
  const answer = await grafana.post(`${MANAGER}/receivers/test`, tested, {
    accept: [207],
    body: { receivers: [{ name: body.name, grafana_managed_receiver_configs: [body] }] },
  });
  if (!answer.ok) return answer.message;
  const results = answer.data.receivers.flatMap((one) => one.grafana_managed_receiver_configs);
  const failed = results.find((one) => one.status !== 'ok');
  return failed === undefined ? null : failed.error || 'It was not delivered.';
}

// ---- policies

export function fetchPolicies(signal?: AbortSignal) {
  return grafana.get(`${BASE}/policies`, loose, withSignal(signal));
}

export function putPolicies(body: unknown): Promise<GrafanaResult<unknown>> {
  return grafana.put(`${BASE}/policies`, anything, { body, headers: BY_HAND });
}

export function resetPolicies(): Promise<GrafanaResult<unknown>> {
  return grafana.del(`${BASE}/policies`, anything, { headers: BY_HAND });
}

// ---- mute timings

const interval = object({
  times: listOrNull(object({ start_time: text, end_time: text })),
  weekdays: listOrNull(text),
  days_of_month: listOrNull(text),
  months: listOrNull(text),
  years: listOrNull(text),
  location: optional(text),
});
export type TimeInterval = Decoded<typeof interval>;

const timing = object({
  name: text,
  time_intervals: listOrNull(interval),
  provenance: withDefault(text, ''),
});
export type MuteTiming = Decoded<typeof timing>;

export function fetchMuteTimings(signal?: AbortSignal): Promise<GrafanaResult<MuteTiming[]>> {
  return grafana.get(`${BASE}/mute-timings`, listOrNull(timing), withSignal(signal));
}

export function putMuteTiming(
  fresh: boolean,
  name: string,
  intervals: unknown,
): Promise<GrafanaResult<unknown>> {
  const body = { name, time_intervals: intervals };
  return fresh
    ? grafana.post(`${BASE}/mute-timings`, anything, { body, headers: BY_HAND })
    : grafana.put(named('mute-timings', name), anything, { body, headers: BY_HAND });
}

export function deleteMuteTiming(name: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(named('mute-timings', name), anything, { headers: BY_HAND });
}

// ---- templates

const messageTemplate = object({
  name: text,
  template: withDefault(text, ''),
  provenance: withDefault(text, ''),
});
export type MessageTemplate = Decoded<typeof messageTemplate>;

export function fetchTemplates(signal?: AbortSignal): Promise<GrafanaResult<MessageTemplate[]>> {
  return grafana.get(`${BASE}/templates`, listOrNull(messageTemplate), withSignal(signal));
}

export function putTemplate(name: string, template: string): Promise<GrafanaResult<unknown>> {
  return grafana.put(named('templates', name), anything, {
    body: { name, template },
    headers: BY_HAND,
  });
}

export function deleteTemplate(name: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(named('templates', name), anything, { headers: BY_HAND });
}
