// Queries through the server, annotations, and why a panel is empty.

import {
  list,
  listOrNull,
  map,
  number,
  object,
  optional,
  text,
  withDefault,
  type Decoded,
  type Decoder,
} from '../decode';
import { anything, grafana, type GrafanaResult } from './client';

/** Answers also to 400 and 207, where some queries failed: each carries its own error. */
export function runQueries(
  body: unknown,
  signal?: AbortSignal,
  publicPanel?: { readonly token: string; readonly panelId: number },
): Promise<GrafanaResult<unknown>> {
  const path =
    publicPanel === undefined
      ? 'api/ds/query'
      : `api/public/dashboards/${encodeURIComponent(publicPanel.token)}/panels/${publicPanel.panelId}/query`;
  return grafana.post(path, withResults, {
    body,
    accept: [400, 207, 500, 502],
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The frames stay as they came; dash/query/decode.ts reads them. */
const withResults: Decoder<unknown> = (value, path) => {
  object({ results: map(anything) })(value, path);
  return value;
};

const storedAnnotation = object({
  id: withDefault(number, 0),
  dashboardUID: withDefault(text, ''),
  panelId: withDefault(number, 0),
  time: number,
  timeEnd: withDefault(number, 0),
  text: withDefault(text, ''),
  tags: listOrNull(text),
  login: withDefault(text, ''),
  alertName: withDefault(text, ''),
  newState: withDefault(text, ''),
  prevState: withDefault(text, ''),
});
export type StoredAnnotation = Decoded<typeof storedAnnotation>;

export interface AnnotationSearch {
  readonly from: number;
  readonly to: number;
  readonly dashboardUid?: string;
  readonly panelId?: number;
  readonly tags?: readonly string[];
  readonly matchAny?: boolean;
  readonly type?: 'alert' | 'annotation';
  readonly limit?: number;
}

export function fetchAnnotations(
  search: AnnotationSearch,
  signal?: AbortSignal,
): Promise<GrafanaResult<StoredAnnotation[]>> {
  return grafana.get('api/annotations', listOrNull(storedAnnotation), {
    params: {
      from: String(Math.round(search.from)),
      to: String(Math.round(search.to)),
      dashboardUID: search.dashboardUid,
      panelId: search.panelId === undefined ? undefined : String(search.panelId),
      tags: search.tags,
      matchAny: search.matchAny === true ? 'true' : undefined,
      type: search.type,
      limit: String(search.limit ?? 100),
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

export interface AnnotationDraft {
  readonly dashboardUID?: string;
  readonly panelId?: number;
  readonly time: number;
  readonly timeEnd: number;
  readonly tags: readonly string[];
  readonly text: string;
}

export function addAnnotation(draft: AnnotationDraft): Promise<GrafanaResult<unknown>> {
  return grafana.post('api/annotations', anything, { body: draft });
}

export function changeAnnotation(
  id: number,
  change: Partial<AnnotationDraft>,
): Promise<GrafanaResult<unknown>> {
  return grafana.patch(`api/annotations/${id}`, anything, { body: change });
}

export function deleteAnnotation(id: number): Promise<GrafanaResult<unknown>> {
  return grafana.del(`api/annotations/${id}`, anything);
}

const reason = object({
  kind: withDefault(text, ''),
  text,
  hint: withDefault(text, ''),
  link: withDefault(text, ''),
  linkText: withDefault(text, ''),
  suggestion: withDefault(text, ''),
  position: optional(list(number)),
});
export type NoDataReason = Decoded<typeof reason>;

const whyNoData = object({
  results: withDefault(map(object({ reasons: listOrNull(reason) })), {}),
});

export interface WhyQuery {
  readonly refId: string;
  readonly datasource: { readonly uid: string };
  readonly expr: string;
  readonly intervalMs: number;
}

/** By query, best reason first. */
export async function fetchWhyNoData(
  body: {
    readonly from: string;
    readonly to: string;
    readonly queries: readonly WhyQuery[];
  },
  signal?: AbortSignal,
): Promise<GrafanaResult<Readonly<Record<string, readonly NoDataReason[]>>>> {
  const answer = await grafana.post('api/ds/why-no-data', whyNoData, {
    body,
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.ok) return answer;
  const reasons = Object.entries(answer.data.results).map(
    ([refId, one]) => [refId, one.reasons] as const,
  );
  return { ...answer, data: Object.fromEntries(reasons) };
}

/** An answer of Prometheus' API, through a data source: labels, series, values. */
export function fetchResource<T>(
  uid: string,
  path: string,
  data: Decoder<T>,
  params: Readonly<Record<string, string | readonly string[] | undefined>>,
  signal?: AbortSignal,
): Promise<GrafanaResult<T>> {
  const envelope: Decoder<T> = (value, at) => object({ data })(value, at).data;
  return grafana.get(
    `api/datasources/uid/${encodeURIComponent(uid)}/resources/${path.replace(/^\//, '')}`,
    envelope,
    { params, ...(signal === undefined ? {} : { signal }) },
  );
}
