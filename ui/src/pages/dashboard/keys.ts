// The keys of a dashboard, Grafana's where it has them: single letters act on the panel under the
// pointer or in focus, pairs on the whole. Pure: what was pressed in, what to do out.

export type DashboardAction =
  | 'refresh'
  | 'settings'
  | 'kiosk'
  | 'save'
  | 'expandRows'
  | 'collapseRows'
  | 'shareDashboard'
  | 'zoomOut'
  | 'earlier'
  | 'later'
  | 'absolute'
  | 'copyRange'
  | 'pasteRange'
  | 'openRange'
  | 'crosshair'
  | 'escape'
  | PanelAction;

export type PanelAction =
  'view' | 'edit' | 'inspect' | 'sharePanel' | 'explore' | 'duplicate' | 'remove' | 'legend';

const PAIRS: Readonly<Record<string, DashboardAction>> = {
  'd r': 'refresh',
  'd s': 'settings',
  'd k': 'kiosk',
  'd E': 'expandRows',
  'd C': 'collapseRows',
  'd x': 'shareDashboard',
  't z': 'zoomOut',
  't ArrowLeft': 'earlier',
  't ArrowRight': 'later',
  't a': 'absolute',
  't c': 'copyRange',
  't v': 'pasteRange',
  't t': 'openRange',
  'p s': 'sharePanel',
  'p u': 'sharePanel',
  'p x': 'explore',
  'p d': 'duplicate',
  'p r': 'remove',
  'p l': 'legend',
  'p i': 'inspect',
};

const SINGLES: Readonly<Record<string, DashboardAction>> = {
  e: 'edit',
  v: 'view',
  i: 'inspect',
  Escape: 'escape',
};

const LEADERS = new Set(['d', 't', 'p']);
/** Belong to the app around: `g` and a letter go to a page. */
const FOREIGN_LEADERS = new Set(['g']);
const PAIR_MS = 1200;

export interface Press {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly at: number;
}

export interface KeyState {
  readonly leader: string;
  readonly since: number;
}

export const NO_KEYS: KeyState = { leader: '', since: -Infinity };

export interface KeyOutcome {
  readonly state: KeyState;
  readonly action: DashboardAction | null;
  /** Nobody else is to see it. */
  readonly taken: boolean;
}

export function onPress(state: KeyState, { key, ctrl, alt, at }: Press): KeyOutcome {
  const idle = (action: DashboardAction | null, taken: boolean): KeyOutcome => ({
    state: NO_KEYS,
    action,
    taken,
  });
  if (ctrl && !alt) {
    if (key.toLowerCase() === 'o') return idle('crosshair', true);
    if (key.toLowerCase() === 's') return idle('save', true);
    return { state, action: null, taken: false };
  }
  if (ctrl || alt || key === 'Shift') return { state, action: null, taken: false };
  const waiting = at - state.since < PAIR_MS ? state.leader : '';
  if (FOREIGN_LEADERS.has(waiting)) return idle(null, false);
  if (waiting !== '') {
    const action = PAIRS[`${waiting} ${key}`];
    if (action !== undefined) return idle(action, true);
  }
  if (LEADERS.has(key)) return { state: { leader: key, since: at }, action: null, taken: true };
  if (FOREIGN_LEADERS.has(key)) {
    return { state: { leader: key, since: at }, action: null, taken: false };
  }
  const action = SINGLES[key] ?? null;
  // Escape closes what is open above first; whoever does that takes it before us.
  return idle(action, action !== null && action !== 'escape');
}

/** For the list of keys that `?` shows. */
export const DASHBOARD_KEYS: readonly (readonly [string, string])[] = [
  ['d r', 'Refresh'],
  ['d s', 'Settings of the dashboard'],
  ['d k', 'Kiosk: only the panels'],
  ['d x', 'Share the dashboard'],
  ['d E', 'Open all rows'],
  ['d C', 'Close all rows'],
  ['t t', 'Choose a time range'],
  ['t z', 'Zoom out'],
  ['t ←', 'Half a range earlier'],
  ['t →', 'Half a range later'],
  ['t a', 'Make the range absolute'],
  ['t c', 'Copy the range'],
  ['t v', 'Paste a range'],
  ['Ctrl o', 'Shared crosshair'],
  ['Ctrl s', 'Save'],
  ['Esc', 'Back to the dashboard'],
];

export const PANEL_KEYS: readonly (readonly [string, string])[] = [
  ['v', 'View, and back'],
  ['e', 'Edit'],
  ['i', 'Inspect: data, queries, JSON'],
  ['p s', 'Share'],
  ['p x', 'Explore its queries'],
  ['p l', 'Legend on and off'],
  ['p d', 'Duplicate'],
  ['p r', 'Remove'],
];
