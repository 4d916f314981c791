// The form of a data source as values, and back.

import type { DataSource, DataSourceDraft } from '../../api/grafana/datasources';

export interface SourceFields {
  readonly name: string;
  readonly type: string;
  readonly url: string;
  readonly isDefault: boolean;
  readonly basicAuth: boolean;
  readonly user: string;
  /** "" keeps the one that is stored. */
  readonly password: string;
  readonly timeInterval: string;
  readonly queryTimeout: string;
  readonly httpMethod: string;
  readonly customQueryParameters: string;
  readonly skipVerify: boolean;
  readonly headerName: string;
  readonly headerValue: string;
}

function word(json: DataSource['jsonData'], key: string): string {
  const value = json[key];
  return typeof value === 'string' ? value : '';
}

export function fieldsOf(source: DataSource | null): SourceFields {
  const json = source?.jsonData ?? {};
  return {
    name: source?.name ?? 'Prometheus',
    type: source?.type ?? 'prometheus',
    url: source?.url ?? '',
    isDefault: source?.isDefault ?? false,
    basicAuth: source?.basicAuth ?? false,
    user: source?.basicAuthUser ?? '',
    password: '',
    timeInterval: word(json, 'timeInterval'),
    queryTimeout: word(json, 'queryTimeout'),
    httpMethod: word(json, 'httpMethod') || 'POST',
    customQueryParameters: word(json, 'customQueryParameters'),
    skipVerify: json['tlsSkipVerify'] === true,
    headerName: word(json, 'httpHeaderName1'),
    headerValue: '',
  };
}

const DURATION = /^(\d+(ms|[smhdwy]))+$/;

/** What is wrong, by field; empty: it can be saved. */
export function problemsOf(fields: SourceFields): Partial<Record<keyof SourceFields, string>> {
  const out: Partial<Record<keyof SourceFields, string>> = {};
  if (fields.name.trim() === '') out.name = 'It needs a name.';
  if (!/^https?:\/\/[^/\s]+/.test(fields.url))
    out.url = 'An address such as http://prometheus:9090';
  for (const key of ['timeInterval', 'queryTimeout'] as const) {
    if (fields[key] !== '' && !DURATION.test(fields[key])) out[key] = 'A duration such as 15s';
  }
  if (fields.basicAuth && fields.user === '') out.user = 'Basic authentication needs a user.';
  return out;
}

/** Keys of jsonData that the form does not show stay as they were. */
export function draftOf(fields: SourceFields, source: DataSource | null): DataSourceDraft {
  const set: Record<string, unknown> = {
    timeInterval: fields.timeInterval,
    queryTimeout: fields.queryTimeout,
    httpMethod: fields.httpMethod,
    customQueryParameters: fields.customQueryParameters,
    tlsSkipVerify: fields.skipVerify || '',
    httpHeaderName1: fields.headerName,
  };
  const kept = Object.entries(source?.jsonData ?? {}).filter(([key]) => !(key in set));
  const given = Object.entries(set).filter(([, value]) => value !== '');
  return {
    name: fields.name.trim(),
    type: fields.type,
    access: 'proxy',
    url: fields.url.trim(),
    basicAuth: fields.basicAuth,
    basicAuthUser: fields.basicAuth ? fields.user : '',
    isDefault: fields.isDefault,
    ...(source === null ? {} : { version: source.version }),
    jsonData: Object.fromEntries([...kept, ...given]),
    secureJsonData: {
      ...(fields.basicAuth && fields.password !== '' ? { basicAuthPassword: fields.password } : {}),
      ...(fields.headerName !== '' && fields.headerValue !== ''
        ? { httpHeaderValue1: fields.headerValue }
        : {}),
    },
  };
}
