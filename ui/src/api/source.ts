// Which data source the query page asks: the `ds` of the address, or the server itself. Only the
// listener of dashboards has others.

export const SOURCE_PARAM = 'ds';

/** The uid; "" is the server itself. */
export function querySource(): string {
  if (typeof window === 'undefined' || !/\/query$/.test(window.location.pathname)) return '';
  return new URLSearchParams(window.location.search).get(SOURCE_PARAM) ?? '';
}

/** Before a path of Prometheus' API, behind the base path. */
export function sourcePrefix(source = querySource()): string {
  return source === '' ? '' : `api/datasources/proxy/uid/${encodeURIComponent(source)}/`;
}

const OF_A_SOURCE = /^(query|query_range|query_exemplars|series|labels|label\/.*|metadata)$/;

/** Where a path of Prometheus' API is asked. What only this server has stays here. */
export function apiPath(path: string): string {
  return `${OF_A_SOURCE.test(path) ? sourcePrefix() : ''}api/v1/${path}`;
}
