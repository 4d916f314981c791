import { useQuery } from '@tanstack/react-query';
import { fetchMetricNames } from '../api/metadata';

const NONE: readonly string[] = [];

/** All metric names the server has; asked for once a minute at most. */
export function usePromqlNames(): readonly string[] {
  const query = useQuery({
    queryKey: ['metric-names'],
    queryFn: ({ signal }) => fetchMetricNames(signal),
    staleTime: 60_000,
  });
  return query.data?.data ?? NONE;
}
