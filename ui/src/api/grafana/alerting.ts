// All alert rules of the server in one list, managed ones and those of rule files.

import {
  bool,
  float,
  list,
  listOrNull,
  map,
  object,
  optional,
  text,
  time,
  withDefault,
  type Decoded,
} from '../decode';
import { grafana, type GrafanaResult } from './client';

const overviewAlert = object({
  labels: withDefault(map(text), {}),
  annotations: withDefault(map(text), {}),
  state: withDefault(text, ''),
  activeAt: optional(time),
  value: optional((value, path) => (value === '' ? NaN : float(value, path))),
});
export type OverviewAlert = Decoded<typeof overviewAlert>;

const overviewRule = object({
  source: withDefault(text, 'grafana'),
  uid: withDefault(text, ''),
  name: text,
  folder: withDefault(text, ''),
  group: withDefault(text, ''),
  state: withDefault(text, 'inactive'),
  health: withDefault(text, ''),
  lastError: withDefault(text, ''),
  sentence: withDefault(text, ''),
  query: withDefault(text, ''),
  labels: withDefault(map(text), {}),
  annotations: withDefault(map(text), {}),
  alerts: listOrNull(overviewAlert),
  paused: withDefault(bool, false),
  provenance: withDefault(text, ''),
  dashboardUid: withDefault(text, ''),
  panelId: withDefault((value: unknown) => Number(value), 0),
});
export type OverviewRule = Decoded<typeof overviewRule>;

export function fetchAlertingOverview(
  signal?: AbortSignal,
): Promise<GrafanaResult<OverviewRule[]>> {
  return grafana.get('api/alerting/overview', list(overviewRule), {
    ...(signal === undefined ? {} : { signal }),
  });
}
