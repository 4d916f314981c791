import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { decodePanels, encodePanels, NEW_PANEL, type PanelState } from '../../lib/panelUrl';
import { parseDuration } from '../../lib/time';

export interface PanelEntry {
  /** Stays with the panel while others come and go, so that its editor keeps what was typed. */
  readonly id: number;
  readonly state: PanelState;
}

export interface Panels {
  readonly panels: readonly PanelEntry[];
  /** How often to ask again, as in the address; empty for never. */
  readonly refresh: string;
  readonly setRefresh: (refresh: string) => void;
  readonly change: (index: number, state: PanelState) => void;
  readonly add: (after: number, state: PanelState) => void;
  readonly remove: (index: number) => void;
}

interface Ids {
  readonly list: readonly number[];
  readonly next: number;
}

/** The panels of the page. The address is the only place they are kept in. */
export function usePanels(): Panels {
  const search = useSearch();
  const [, navigate] = useLocation();
  const decoded = decodePanels(search);
  const states = decoded.length > 0 ? decoded : [NEW_PANEL];
  const [ids, setIds] = useState<Ids>({ list: states.map((_, i) => i), next: states.length });
  if (ids.list.length !== states.length) {
    const list = states.map((_, i) => ids.list[i] ?? ids.next + i);
    setIds({ list, next: ids.next + states.length });
  }
  const given = new URLSearchParams(search).get('refresh') ?? '';
  const refresh = parseDuration(given) === null ? '' : given;

  const write = (next: readonly PanelState[], every = refresh) =>
    navigate(`/query?${encodePanels(next)}${every === '' ? '' : `&refresh=${every}`}`);

  return {
    panels: states.map((state, i) => ({ id: ids.list[i] ?? i, state })),
    refresh,
    setRefresh: (every) => write(states, every),
    change: (index, state) => write(states.with(index, state)),
    add: (after, state) => {
      setIds({ list: ids.list.toSpliced(after + 1, 0, ids.next), next: ids.next + 1 });
      write(states.toSpliced(after + 1, 0, state));
    },
    remove: (index) => {
      setIds({ ...ids, list: ids.list.toSpliced(index, 1) });
      write(states.toSpliced(index, 1));
    },
  };
}
