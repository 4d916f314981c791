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
  type Decoder,
} from '../decode';
import { grafana, type GrafanaResult } from './client';

/**
 * Of a rule file a number; of a managed rule the words of all its steps,
 * `[ var='B' labels={…} value=3 ], [ var='C' … ]`: the first is what was measured.
 */
const alertValue: Decoder<number> = (value, path) => {
  if (typeof value !== 'string' || /^[-+\w.]+$/.test(value)) {
    return value === '' ? NaN : float(value, path);
  }
  const found = / value=(\S+) \]/.exec(value)?.[1];
  return found === undefined ? NaN : Number(found.replace(/Inf$/, 'Infinity'));
};

const overviewAlert = object({
  labels: withDefault(map(text), {}),
  annotations: withDefault(map(text), {}),
  state: withDefault(text, ''),
  activeAt: optional(time),
  value: optional(alertValue),
});
export type OverviewAlert = Decoded<typeof overviewAlert>;

/** null: never. */
const lastTime: Decoder<number | null> = (value, path) => (value === '' ? null : time(value, path));

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
  type: withDefault(text, 'alerting'),
  for: withDefault(text, ''),
  lastEvaluation: optional(lastTime),
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
