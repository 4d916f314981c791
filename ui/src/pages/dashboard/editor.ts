// The one door to the editor: pages/dashboard-edit, fetched when someone edits. Where a build has
// none, dashboards can be looked at and nothing else.

import type { ComponentType } from 'react';
import type { DashboardSession } from './session';

export interface EditorProps {
  readonly session: DashboardSession;
  /** Key of the panel that is edited; "": none. */
  readonly editPanel: string;
  /** Which of the settings is open ("settings", "variables", "json-model", …); "": none. */
  readonly editview: string;
}

export interface DialogProps {
  readonly session: DashboardSession;
  readonly onClose: () => void;
}

export interface EditorModule {
  /** Takes the place of the panels while a panel is edited or the settings are open. */
  readonly Editor: ComponentType<EditorProps>;
  /** Asks for a message, shows what changed, saves. */
  readonly SaveDialog: ComponentType<DialogProps>;
  /** Lies over the panels while the layout is changed: adds, moves, resizes. */
  readonly LayoutEditor?: ComponentType<{ readonly session: DashboardSession }>;
  /** Beside the time range: add a panel, settings, export. */
  readonly Tools?: ComponentType<{ readonly session: DashboardSession }>;
}

const found = import.meta.glob<EditorModule>('../dashboard-edit/index.{ts,tsx}');

const [load] = Object.values(found);

export const HAS_EDITOR = load !== undefined;

let loading: Promise<EditorModule> | null = null;

export function loadEditor(): Promise<EditorModule> {
  if (load === undefined) return Promise.reject(new Error('This build has no editor.'));
  loading ??= load();
  return loading;
}
