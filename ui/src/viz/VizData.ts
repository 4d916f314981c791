// What lists need of the server. The pages provide it; a panel that is shown alone, as in a
// snapshot, may have none, and then says so.

import { createContext, useContext } from 'react';
import type { Annotation } from '../dash/frame';

export interface DashboardQuery {
  readonly text: string;
  readonly tags: readonly string[];
  readonly folderUid: string;
  readonly limit: number;
}

export interface ListedDashboard {
  readonly uid: string;
  readonly title: string;
  /** Where it is shown, under this server's own root. */
  readonly url: string;
  readonly folder: string;
  readonly tags: readonly string[];
  readonly starred: boolean;
}

export interface DashboardLists {
  readonly starred: readonly ListedDashboard[];
  readonly recent: readonly ListedDashboard[];
  readonly found: readonly ListedDashboard[];
}

export type AlertState = 'firing' | 'pending' | 'recovering' | 'nodata' | 'error' | 'normal';

export interface AlertFilter {
  readonly name: string;
  readonly folder: string;
  readonly datasource: string;
  /** Only rules that belong to the dashboard that is shown. */
  readonly dashboardOnly: boolean;
  readonly limit: number;
}

export interface ListedAlert {
  readonly name: string;
  readonly state: AlertState;
  /** Milliseconds; unset: it has not been anything else. */
  readonly since?: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly url: string;
  readonly folder: string;
}

export interface AnnotationFilter {
  readonly tags: readonly string[];
  readonly dashboardOnly: boolean;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
}

export interface ListedAnnotation extends Annotation {
  readonly url?: string | undefined;
  readonly dashboard?: string | undefined;
}

export interface VizData {
  /** `starred` and `recent` are asked for only where the panel shows them. */
  readonly listDashboards: (
    query: DashboardQuery,
    want: { readonly starred: boolean; readonly recent: boolean; readonly found: boolean },
    signal: AbortSignal,
  ) => Promise<DashboardLists>;
  readonly listAlerts: (
    filter: AlertFilter,
    signal: AbortSignal,
  ) => Promise<readonly ListedAlert[]>;
  readonly listAnnotations: (
    filter: AnnotationFilter,
    signal: AbortSignal,
  ) => Promise<readonly ListedAnnotation[]>;
  readonly star: (uid: string, on: boolean) => Promise<void>;
  /** Counts up whenever the dashboard is refreshed: lists are asked for again. */
  readonly refreshed: number;
}

export const VizDataContext = createContext<VizData | null>(null);

export const useVizData = (): VizData | null => useContext(VizDataContext);
