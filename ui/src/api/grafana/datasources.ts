// Data sources, as administrators set them up.

import {
  bool,
  listOrNull,
  map,
  number,
  object,
  record,
  text,
  withDefault,
  type Decoded,
} from '../decode';
import { anything, grafana, type GrafanaResult } from './client';

const loose = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? record(value, 'jsonData')
    : {};

const dataSource = object({
  id: withDefault(number, 0),
  uid: text,
  name: text,
  type: text,
  url: withDefault(text, ''),
  basicAuth: withDefault(bool, false),
  basicAuthUser: withDefault(text, ''),
  isDefault: withDefault(bool, false),
  readOnly: withDefault(bool, false),
  version: withDefault(number, 0),
  jsonData: loose,
  secureJsonFields: withDefault(map(bool), {}),
});
export type DataSource = Decoded<typeof dataSource>;

export interface DataSourceDraft {
  readonly name: string;
  readonly type: string;
  readonly access: 'proxy';
  readonly url: string;
  readonly basicAuth: boolean;
  readonly basicAuthUser: string;
  readonly isDefault: boolean;
  readonly version?: number;
  readonly jsonData: Readonly<Record<string, unknown>>;
  /** Only those that were typed; the others stay as they are. */
  readonly secureJsonData: Readonly<Record<string, string>>;
}

export function fetchDataSources(signal?: AbortSignal): Promise<GrafanaResult<DataSource[]>> {
  return grafana.get(
    'api/datasources',
    listOrNull(dataSource),
    signal === undefined ? {} : { signal },
  );
}

export function fetchDataSource(
  uid: string,
  signal?: AbortSignal,
): Promise<GrafanaResult<DataSource>> {
  return grafana.get(path(uid), dataSource, signal === undefined ? {} : { signal });
}

const saved = object({ datasource: dataSource });

export function addDataSource(body: DataSourceDraft) {
  return grafana.post('api/datasources', saved, { body });
}

export function changeDataSource(uid: string, body: DataSourceDraft) {
  return grafana.put(path(uid), saved, { body });
}

export function deleteDataSource(uid: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(path(uid), anything);
}

const health = object({ status: withDefault(text, 'ERROR'), message: withDefault(text, '') });
export type Health = Decoded<typeof health>;

/** Asks it something, as the server does for a panel. A failure is an answer too. */
export function testDataSource(uid: string): Promise<GrafanaResult<Health>> {
  return grafana.get(`${path(uid)}/health`, health, { accept: [400, 500, 502] });
}

function path(uid: string): string {
  return `api/datasources/uid/${encodeURIComponent(uid)}`;
}
