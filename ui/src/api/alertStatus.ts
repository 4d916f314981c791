// Alerting about itself: cluster, version, configuration.

import { requestBare, unwrap, type ApiSuccess } from './client';
import { list, listOrNull, map, object, text, time, withDefault, type Decoded } from './decode';

const alertStatus = object({
  cluster: object({
    name: withDefault(text, ''),
    status: text,
    peers: listOrNull(object({ name: text, address: text })),
  }),
  versionInfo: map(text),
  config: object({ original: text }),
  uptime: time,
});

export type AlertStatus = Decoded<typeof alertStatus>;

export async function fetchAlertStatus(signal: AbortSignal): Promise<ApiSuccess<AlertStatus>> {
  return unwrap(await requestBare('status', alertStatus, { signal }));
}

export async function fetchConfigWarnings(signal: AbortSignal): Promise<string[]> {
  const shape = object({ warnings: withDefault(list(text), []) });
  return unwrap(await requestBare('config/warnings', shape, { signal })).data.warnings;
}
