import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { fetchAdvice } from '../api/advice';
import { querySource } from '../api/source';
import { speaksOfOpenEnd, type Hint } from '../lib/hints';
import { useDebounced } from '../parts/hooks';

export interface Advice {
  /** What the hints speak of; while someone types this lags behind. */
  readonly expr: string;
  readonly hints: readonly Hint[];
}

const ASK_MS = 300;
const IDLE_MS = 1000;

/**
 * The server's advice, asked for while someone types. What was said last stays until something
 * newer is known, and words that are still being typed are not spoken of until the hands rest.
 */
export function useAdvice(text: string): Advice {
  const settled = useDebounced(text, ASK_MS);
  const idle = useDebounced(text, IDLE_MS);
  const { data } = useQuery({
    queryKey: ['advice', settled, querySource()],
    queryFn: async ({ signal }): Promise<Advice> => ({
      expr: settled,
      // It knows the data of this server alone.
      hints:
        settled.trim() === '' || querySource() !== '' ? [] : await fetchAdvice(settled, signal),
    }),
    placeholderData: keepPreviousData,
    staleTime: 15_000,
    gcTime: 60_000,
    retry: false,
  });
  return useMemo(() => {
    if (data === undefined || text.trim() === '') return { expr: text, hints: [] };
    if (idle === data.expr) return data;
    return { ...data, hints: data.hints.filter((hint) => !speaksOfOpenEnd(hint, data.expr)) };
  }, [data, idle, text]);
}
