// Alerts as Alertmanager holds them: what came in, and what keeps it from being told.

import { requestBare, unwrap, type ApiSuccess } from './client';
import {
  list,
  listOrNull,
  map,
  object,
  oneOf,
  text,
  time,
  withDefault,
  type Decoded,
} from './decode';
import { grafana, type GrafanaResult } from './grafana/client';

const status = object({
  state: oneOf('active', 'suppressed', 'unprocessed'),
  silencedBy: listOrNull(text),
  inhibitedBy: listOrNull(text),
  mutedBy: listOrNull(text),
});

export const heldAlert = object({
  fingerprint: text,
  labels: map(text),
  annotations: withDefault(map(text), {}),
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  generatorURL: withDefault(text, ''),
  status,
  receivers: withDefault(list(object({ name: text })), []),
});

export type HeldAlert = Decoded<typeof heldAlert>;
export type HeldStatus = Decoded<typeof status>;

const group = object({
  labels: map(text),
  receiver: object({ name: text }),
  alerts: listOrNull(heldAlert),
});

export type AlertGroup = Decoded<typeof group>;

export interface AlertFilter {
  readonly filter: readonly string[];
  readonly receiver: string;
  readonly silenced: boolean;
  readonly inhibited: boolean;
  readonly muted: boolean;
  readonly active: boolean;
}

function paramsOf(filter: Partial<AlertFilter>): Record<string, string | readonly string[]> {
  const params: Record<string, string | readonly string[]> = {};
  if (filter.filter !== undefined && filter.filter.length > 0) params['filter'] = filter.filter;
  // The server reads a regular expression, anchored.
  if (filter.receiver !== undefined && filter.receiver !== '') {
    params['receiver'] = filter.receiver.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  for (const flag of ['silenced', 'inhibited', 'muted', 'active'] as const) {
    if (filter[flag] !== undefined) params[flag] = String(filter[flag]);
  }
  return params;
}

/** Those of managed rules, wherever they are asked for. */
export function fetchManagedAlerts(signal?: AbortSignal): Promise<GrafanaResult<HeldAlert[]>> {
  return grafana.get(
    'api/alertmanager/grafana/api/v2/alerts',
    list(heldAlert),
    signal === undefined ? {} : { signal },
  );
}

export async function fetchHeldAlerts(
  filter: Partial<Omit<AlertFilter, 'muted'>>,
  signal: AbortSignal,
): Promise<ApiSuccess<HeldAlert[]>> {
  return unwrap(await requestBare('alerts', list(heldAlert), { params: paramsOf(filter), signal }));
}

export async function fetchAlertGroups(
  filter: AlertFilter,
  signal: AbortSignal,
): Promise<ApiSuccess<AlertGroup[]>> {
  const params = paramsOf(filter);
  return unwrap(await requestBare('alerts/groups', list(group), { params, signal }));
}

export async function acknowledge(
  fingerprint: string,
  createdBy: string,
  comment: string,
): Promise<string> {
  const { data } = unwrap(
    await requestBare(
      `alerts/${encodeURIComponent(fingerprint)}/ack`,
      object({ silenceID: text }),
      { method: 'POST', body: { createdBy, comment } },
    ),
  );
  return data.silenceID;
}
