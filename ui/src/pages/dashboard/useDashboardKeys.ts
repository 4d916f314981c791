import { useEffect, useEffectEvent, useRef } from 'react';
import { NO_KEYS, onPress, type DashboardAction, type PanelAction } from './keys';
import { vizFor } from '../../viz/registry';
import { menuOf, type MenuAction } from './menu';
import { mayEdit, menuFacts, runMenu } from './panelActions';
import type { DashboardSession } from './session';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], dialog') !== null
  );
}

/** The panel under the pointer, or the one that has the focus, or the one that is shown alone. */
function panelAtHand(viewed: string): string {
  const hovered = document.querySelector('[data-panel-key]:hover');
  const focused = document.activeElement?.closest('[data-panel-key]');
  const found = hovered ?? focused;
  return found instanceof HTMLElement ? (found.dataset['panelKey'] ?? viewed) : viewed;
}

const MENU: Readonly<Record<PanelAction, MenuAction>> = {
  view: 'view',
  edit: 'edit',
  inspect: 'inspect-data',
  sharePanel: 'share',
  explore: 'explore',
  duplicate: 'duplicate',
  remove: 'remove',
  legend: 'legend',
};

function isPanelAction(action: DashboardAction): action is PanelAction {
  return action in MENU;
}

function parseRange(text: string): { readonly from: string; readonly to: string } | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return null;
    if (!('from' in parsed) || !('to' in parsed)) return null;
    const { from, to } = parsed;
    return typeof from === 'string' && typeof to === 'string' ? { from, to } : null;
  } catch {
    return null;
  }
}

async function pasteRange(session: DashboardSession): Promise<void> {
  const text = await navigator.clipboard.readText().catch(() => '');
  const range = parseRange(text);
  if (range !== null) session.setRange(range);
}

type WholeAction = Exclude<DashboardAction, PanelAction>;

const WHOLE: Readonly<Record<WholeAction, (session: DashboardSession) => void>> = {
  refresh: (session) => session.refresh(),
  settings: (session) => {
    if (mayEdit(session)) session.onAddress({ editview: 'settings' });
  },
  kiosk: (session) => session.onAddress({ kiosk: session.kiosk === 'off' ? 'full' : 'off' }),
  save: (session) => {
    if (mayEdit(session)) session.open({ kind: 'save' });
  },
  expandRows: (session) => session.setAllRows(true),
  collapseRows: (session) => session.setAllRows(false),
  shareDashboard: (session) => {
    if (!session.deps.frozen) session.open({ kind: 'share', panelKey: '' });
  },
  zoomOut: (session) => session.zoomOut(),
  earlier: (session) => session.shift(-1),
  later: (session) => session.shift(1),
  absolute: (session) => session.makeAbsolute(),
  copyRange: (session) => {
    void navigator.clipboard.writeText(JSON.stringify(session.state.raw)).catch(() => undefined);
  },
  pasteRange: (session) => void pasteRange(session),
  openRange: () => document.querySelector<HTMLElement>('[data-key="range"]')?.click(),
  crosshair: (session) => session.cycleCrosshair(),
  escape: (session) => {
    if (session.viewed !== '') session.onAddress({ viewPanel: '' });
    else if (session.kiosk !== 'off') session.onAddress({ kiosk: 'off' });
  },
};

/** Grafana's keys. They rest while someone types, and while a dialog or a menu is open. */
export function useDashboardKeys(session: DashboardSession, on: boolean): void {
  const keys = useRef(NO_KEYS);
  const act = useEffectEvent((event: KeyboardEvent): void => {
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    if (event.key === 'Escape' && document.querySelector(':popover-open') !== null) return;
    const outcome = onPress(keys.current, {
      key: event.key,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      at: event.timeStamp,
    });
    keys.current = outcome.state;
    const { action } = outcome;
    if (action === 'save' && !mayEdit(session)) return;
    if (outcome.taken) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (action === null) return;
    if (!isPanelAction(action)) {
      WHOLE[action](session);
      return;
    }
    const key = panelAtHand(session.viewed);
    const panel = session.findPanel(key);
    if (panel === undefined) {
      // Beside the panels: the dashboard itself.
      if (action === 'edit' && mayEdit(session)) {
        session.store.set({ layoutEditing: !session.state.layoutEditing });
      }
      return;
    }
    // What the menu does not offer, its key does not do.
    const offered = menuOf(menuFacts(session, key, panel, vizFor(panel.type)));
    const wanted = MENU[action];
    if (offered.some((item) => item.action === wanted)) runMenu(session, key, wanted);
  });
  useEffect(() => {
    if (!on) return;
    const listener = (event: KeyboardEvent) => act(event);
    // Before the app's own keys, some of which these contain.
    document.addEventListener('keydown', listener, true);
    return () => document.removeEventListener('keydown', listener, true);
  }, [on]);
}
