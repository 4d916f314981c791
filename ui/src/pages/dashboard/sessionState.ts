// What an open dashboard is made of; `session.ts` changes it.

import type { DashboardMeta } from '../../api/grafana/dashboards';
import type { AnnotationDraft } from '../../api/grafana/data';
import type { User } from '../../api/grafana/people';
import type { Annotation, TimeRangeMs } from '../../dash/frame';
import type { AnnotationQuery, Dashboard, LoadNote, Panel } from '../../dash/model';
import type { Send } from '../../dash/query/pool';
import type { DataSourceInfo } from '../../dash/query/sources';
import type { RawRange } from '../../dash/time';
import type { VariableScope } from '../../dash/variables/interpolate';
import type { AddressChange } from './address';
import type { InspectTab } from './InspectDialog';
import type { PanelRunner } from './panelRunner';
import type { VariablesPort } from './variablesPort';
import type { VariableView } from './variableView';

export type NotesFor = (
  panelId: number,
  annotations: readonly Annotation[],
  queries: readonly AnnotationQuery[],
) => readonly Annotation[];

/** How a session speaks to the page around it. */
export interface PageHooks {
  readonly changeAddress: (change: AddressChange, quiet: boolean) => void;
  readonly navigate: (to: string) => void;
}

export type OpenDialog =
  | { readonly kind: 'inspect'; readonly panelKey: string; readonly tab: InspectTab }
  | { readonly kind: 'share'; readonly panelKey: string }
  | { readonly kind: 'annotation'; readonly id: number | null; readonly draft: AnnotationDraft }
  | { readonly kind: 'save' }
  | null;

export interface SessionState {
  readonly dashboard: Dashboard;
  /** As the server has it; another object than `dashboard` where there are unsaved changes. */
  readonly saved: Dashboard;
  readonly meta: DashboardMeta;
  readonly raw: RawRange;
  readonly range: TimeRangeMs;
  readonly timezone: string;
  readonly refresh: string;
  readonly crosshair: 0 | 1 | 2;
  readonly ready: boolean;
  readonly variables: readonly VariableView[];
  readonly scope: VariableScope;
  /** As shown: repeats made, children of closed rows within them. */
  readonly panels: readonly Panel[];
  /** What the person opened and closed, by key; others are as stored. */
  readonly rows: ReadonlyMap<string, boolean>;
  readonly annotations: readonly Annotation[];
  /** What the person switched on and off, by name; others are as stored. */
  readonly annotationsOn: ReadonlyMap<string, boolean>;
  readonly annotationErrors: ReadonlyMap<string, string>;
  /** Counts up when notes were changed here. */
  readonly annotationsAsked: number;
  /** Counts up with each refresh. */
  readonly refreshed: number;
  readonly legends: ReadonlyMap<string, boolean>;
  readonly busy: boolean;
  /** The editor moves panels about. */
  readonly layoutEditing: boolean;
  readonly dialog: OpenDialog;
  /** A change that can be taken back for a while. */
  readonly undo: { readonly words: string; readonly before: Dashboard } | null;
}

export interface SessionDeps {
  readonly dashboard: Dashboard;
  readonly meta: DashboardMeta;
  readonly notes: readonly LoadNote[];
  readonly sources: readonly DataSourceInfo[];
  readonly user: User | null;
  /** Of the server: no refresh more often than this, as in "5s". */
  readonly leastRefresh: string;
  /** The person's own. */
  readonly timezone: string;
  /** A snapshot or a public page: nothing behind it may be asked, nothing may be changed. */
  readonly frozen: boolean;
  /** Of a public page: its panels are asked for by their number, not by their queries. */
  readonly token: string | null;
  readonly send: Send;
  readonly makeRunner: () => PanelRunner;
  readonly variables: (dashboard: Dashboard) => VariablesPort;
}
