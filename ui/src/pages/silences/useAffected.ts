import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { fetchHeldAlerts, type HeldAlert } from '../../api/alerts';
import { managerKey } from '../../api/manager';
import { printMatcher, type Matcher } from '../../lib/matchers';
import { useDebounced } from '../../parts/hooks';

export interface AffectedAlerts {
  /** Those that match; undefined until it is known. */
  readonly alerts: readonly HeldAlert[] | undefined;
  /** All that are held. */
  readonly held: number | undefined;
  readonly error: Error | null;
  readonly fetching: boolean;
}

const WAIT_MS = 250;
const REFRESH_MS = 10_000;

/** What matchers meet of what the server holds, asked again while they are written. */
export function useAffected(matchers: readonly Matcher[]): AffectedAlerts {
  const filter = useDebounced(JSON.stringify(matchers.map(printMatcher)), WAIT_MS);
  const empty = filter === '[]';
  const hit = useQuery({
    queryKey: ['alerting', 'affected', filter, managerKey()],
    queryFn: ({ signal }) => fetchHeldAlerts({ filter: matchers.map(printMatcher) }, signal),
    enabled: !empty,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const all = useQuery({
    queryKey: ['alerting', 'alerts', 'all', managerKey()],
    queryFn: ({ signal }) => fetchHeldAlerts({}, signal),
    refetchInterval: REFRESH_MS,
  });
  return {
    alerts: empty ? [] : hit.data?.data,
    held: all.data?.data.length,
    error: hit.error ?? all.error,
    fetching: hit.isFetching,
  };
}
