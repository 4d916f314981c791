import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { SOURCE_PARAM } from '../../api/source';
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
  /** The data source that is asked; "" is this server. */
  readonly source: string;
  readonly setSource: (uid: string) => void;
  readonly change: (index: number, state: PanelState) => void;
  readonly add: (after: number, state: PanelState) => void;
  readonly remove: (index: number) => void;
}

interface Ids {
  readonly list: readonly number[];
  readonly next: number;
}

export function addressOf(panels: readonly PanelState[], refresh: string, source: string): string {
  const every = refresh === '' ? '' : `&refresh=${refresh}`;
  const asked = source === '' ? '' : `&${SOURCE_PARAM}=${encodeURIComponent(source)}`;
  return `/query?${encodePanels(panels)}${every}${asked}`;
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
  const source = new URLSearchParams(search).get(SOURCE_PARAM) ?? '';

  const write = (next: readonly PanelState[], every = refresh) =>
    navigate(addressOf(next, every, source));

  return {
    panels: states.map((state, i) => ({ id: ids.list[i] ?? i, state })),
    refresh,
    setRefresh: (every) => write(states, every),
    source,
    setSource: (uid) => navigate(addressOf(states, refresh, uid)),
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
