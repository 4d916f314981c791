import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { settled } from '../../api/grafana/client';
import { fetchAnnotations } from '../../api/grafana/data';
import type { Annotation } from '../../dash/frame';
import { useSession, useSessionState } from './context';

/** Keeps the session supplied with the notes of its range. */
export function useAnnotations(): void {
  const session = useSession();
  const range = useSessionState((state) => state.range);
  const uid = useSessionState((state) => state.dashboard.uid);
  const query = useQuery({
    enabled: !session.deps.frozen && uid !== '',
    queryKey: ['annotations', uid, range.from, range.to],
    queryFn: async ({ signal }): Promise<readonly Annotation[]> =>
      settled(
        await fetchAnnotations({ from: range.from, to: range.to, dashboardUid: uid }, signal),
      ).map((one) => ({
        id: one.id,
        time: one.time,
        timeEnd: Math.max(one.timeEnd, one.time),
        text: one.text,
        tags: one.tags,
        color: 'rgb(0, 211, 255)',
        source: '',
        panelId: one.panelId,
        login: one.login,
      })),
    gcTime: 0,
  });
  useEffect(() => {
    if (query.data !== undefined) session.store.set({ annotations: query.data });
  }, [query.data, session]);
}
