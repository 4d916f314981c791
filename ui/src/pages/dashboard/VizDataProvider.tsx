import { useMemo, type ReactNode } from 'react';
import { VizDataContext, type VizData } from '../../viz/VizData';
import { useSession, useSessionState } from './context';

// Few dashboards list things.
const lists = () => import('./vizData');

export interface VizDataProviderProps {
  children: ReactNode;
}

/** The server for panels that list things; a snapshot has none. */
export function VizDataProvider({ children }: VizDataProviderProps) {
  const session = useSession();
  const refreshed = useSessionState((state) => state.refreshed);
  const uid = useSessionState((state) => state.dashboard.uid);
  const data = useMemo(
    (): VizData | null =>
      session.deps.frozen
        ? null
        : {
            listDashboards: async (query, want, signal) =>
              (await lists()).listDashboards(query, want, signal),
            listAlerts: async (filter, signal) => (await lists()).listAlerts(filter, uid, signal),
            listAnnotations: async (filter, signal) =>
              (await lists()).listAnnotations(filter, uid, signal),
            star: async (of, on) => (await lists()).star(of, on),
            refreshed,
          },
    [session, uid, refreshed],
  );
  return <VizDataContext value={data}>{children}</VizDataContext>;
}
