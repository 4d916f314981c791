import { useMemo, type ReactNode } from 'react';
import { VizDataContext, type VizData } from '../../viz/VizData';
import { useSession, useSessionState } from './context';
import { listAlerts, listAnnotations, listDashboards, star } from './vizData';

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
            listDashboards,
            listAlerts: (filter, signal) => listAlerts(filter, uid, signal),
            listAnnotations: (filter, signal) => listAnnotations(filter, uid, signal),
            star,
            refreshed,
          },
    [session, uid, refreshed],
  );
  return <VizDataContext value={data}>{children}</VizDataContext>;
}
