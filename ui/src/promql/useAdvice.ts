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

/** An expression that holds what the server does not know, as it is asked for. */
export interface FilledExpr {
  readonly text: string;
  /** From an offset into `text` to one into what was written. */
  readonly back: (offset: number) => number;
}

export type FillExpr = (expr: string) => FilledExpr;

/** Places where they were written; a correction of a filled text is none of what was written. */
function unfilled(hints: readonly Hint[], expr: string, { text, back }: FilledExpr): Hint[] {
  if (text === expr) return [...hints];
  return hints.map((hint) => ({
    ...hint,
    fix: null,
    place: hint.place === null ? null : { from: back(hint.place.from), to: back(hint.place.to) },
  }));
}

const ASK_MS = 300;
const IDLE_MS = 1000;

/**
 * The server's advice, asked for while someone types. What was said last stays until something
 * newer is known, and words that are still being typed are not spoken of until the hands rest.
 */
export function useAdvice(text: string, fill?: FillExpr, ask = true): Advice {
  const settled = useDebounced(text, ASK_MS);
  const idle = useDebounced(text, IDLE_MS);
  const asked = useMemo(() => fill?.(settled).text ?? settled, [fill, settled]);
  // It knows the data of this server alone.
  const silent = settled.trim() === '' || querySource() !== '' || !ask;
  const { data } = useQuery({
    queryKey: ['advice', settled, asked, silent],
    queryFn: async ({ signal }): Promise<Advice> => {
      if (silent) return { expr: settled, hints: [] };
      const hints = await fetchAdvice(asked, signal);
      return {
        expr: settled,
        hints: fill === undefined ? hints : unfilled(hints, settled, fill(settled)),
      };
    },
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
