import { useCallback, useState, useSyncExternalStore } from 'react';
import { findPanel as findById } from '../../../dash/model/layout';
import { setPanel } from '../../../dash/model/save';
import type { Dashboard, Panel } from '../../../dash/model';
import type { PanelData } from '../../../dash/query/runner';
import { useSessionState } from '../../dashboard/context';
import { findPanel } from '../../dashboard/findPanel';
import type { DashboardSession } from '../../dashboard/session';

export interface PanelEdit {
  /** As the dashboard has it; undefined: there is none. */
  readonly panel: Panel | undefined;
  /** As it is shown: with what a repeat set. */
  readonly shown: Panel | undefined;
  readonly data: PanelData;
  /** Since the editor was opened. */
  readonly changed: boolean;
  readonly change: (next: Panel) => void;
  readonly discard: () => void;
}

/** "panel-4-clone-1" is panel 4. */
export function panelIdOf(key: string): number {
  return Number(/^panel-(\d+)/.exec(key)?.[1] ?? NaN);
}

/** A panel of the open dashboard, edited in place; what it was before is kept to go back to. */
export function usePanelEdit(session: DashboardSession, key: string): PanelEdit {
  const dashboard = useSessionState((state) => state.dashboard);
  const panels = useSessionState((state) => state.panels);
  const shown = findPanel(panels, key);
  const id = shown?.id ?? panelIdOf(key);
  const [before] = useState<Dashboard>(() => session.state.dashboard);
  const data = useSyncExternalStore(
    useCallback((listener: () => void) => session.runner.subscribe(key, listener), [session, key]),
    () => session.runner.get(key),
  );
  const change = useCallback(
    (next: Panel) => session.edit((all) => setPanel(all, next)),
    [session],
  );
  const discard = useCallback(() => session.edit(() => before), [session, before]);
  const panel = findById(dashboard, id);
  return { panel, shown, data, changed: panel !== findById(before, id), change, discard };
}
