import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ApiSuccess } from '../../api/client';
import { queryInstant, queryRange, type QueryData } from '../../api/query';
import { querySource } from '../../api/source';
import type { PanelState } from '../../lib/panelUrl';
import { parseDuration } from '../../lib/time';
import { windowOf, type QueryWindow } from '../../lib/timeRange';

export interface PanelAnswer {
  readonly tab: PanelState['tab'];
  readonly expr: string;
  readonly window: QueryWindow;
  readonly answer: ApiSuccess<QueryData>;
}

/** What a panel asks for. The moment "now" is not part of the key: asking again renews it. */
export function panelQueryKey(panel: PanelState): readonly unknown[] {
  const { expr, tab, rangeMs, endMs, momentMs, resolution } = panel;
  return tab === 'graph'
    ? ['panel', tab, expr, rangeMs, endMs, resolution, querySource()]
    : ['panel', tab, expr, momentMs, querySource()];
}

/** The measured plan of what a panel asks for. */
export function explainKey(panel: PanelState): readonly unknown[] {
  return ['explain', ...panelQueryKey(panel)];
}

export function usePanelQuery(panel: PanelState, refresh: string): UseQueryResult<PanelAnswer> {
  const { expr, tab, momentMs } = panel;
  return useQuery({
    queryKey: panelQueryKey(panel),
    queryFn: async ({ signal }): Promise<PanelAnswer> => {
      const nowMs = Date.now();
      if (tab === 'graph') {
        const window = windowOf(panel, nowMs);
        return { tab, expr, window, answer: await queryRange(expr, window, signal) };
      }
      const endMs = momentMs ?? nowMs;
      const window = { startMs: endMs, endMs, stepMs: 1000 };
      return { tab, expr, window, answer: await queryInstant(expr, endMs, signal) };
    },
    enabled: expr.trim() !== '',
    placeholderData: (previous) => (previous?.tab === tab ? previous : undefined),
    refetchInterval: parseDuration(refresh) ?? false,
    staleTime: 2000,
    gcTime: 60_000,
    retry: false,
  });
}
