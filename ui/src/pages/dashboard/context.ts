import { createContext, use } from 'react';
import type { DashboardSession } from './session';
import type { SessionState } from './sessionState';
import { useStore } from './store';

export const SessionContext = createContext<DashboardSession | null>(null);

export function useSession(): DashboardSession {
  const session = use(SessionContext);
  if (session === null) throw new Error('only below a dashboard');
  return session;
}

/** `pick` must give the same value as long as nothing changed in it. */
export function useSessionState<S>(pick: (state: SessionState) => S): S {
  return useStore(useSession().store, pick);
}
