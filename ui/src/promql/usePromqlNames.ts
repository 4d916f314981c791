import { useQuery } from '@tanstack/react-query';
import { isServed } from '../api/served';
import { querySource } from '../api/source';
import { fetchMetricNames } from '../api/metadata';

const NONE: readonly string[] = [];

/** All metric names the server has; asked for once a minute at most. */
export function usePromqlNames(): readonly string[] {
  const query = useQuery({
    queryKey: ['metric-names', querySource()],
    queryFn: ({ signal }) => fetchMetricNames(signal),
    staleTime: 60_000,
    enabled: isServed('/query'),
  });
  return query.data?.data ?? NONE;
}
