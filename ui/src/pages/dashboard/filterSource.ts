// Names and values that ad-hoc filters offer, from the data source that they filter.

import { list, text } from '../../api/decode';
import { settled } from '../../api/grafana/client';
import { fetchResource } from '../../api/grafana/data';
import type { Variable } from '../../dash/model';
import { findSource } from '../../dash/query/sources';
import type { FilterSource } from './FilterEditor';
import type { DashboardSession } from './session';

export function filterSourceOf(session: DashboardSession, variable: Variable): FilterSource {
  const { scope, range } = session.state;
  const uid = findSource(variable.datasource, session.deps.sources, scope)?.source.uid ?? '';
  const params = {
    start: String(Math.floor(range.from / 1000)),
    end: String(Math.ceil(range.to / 1000)),
  };
  const ask = async (path: string, signal: AbortSignal): Promise<readonly string[]> =>
    uid === '' ? [] : settled(await fetchResource(uid, path, list(text), params, signal));
  return {
    id: uid,
    keys: async (signal) =>
      (await ask('api/v1/labels', signal)).filter((one) => one !== '__name__'),
    values: (key, signal) => ask(`api/v1/label/${encodeURIComponent(key)}/values`, signal),
  };
}
