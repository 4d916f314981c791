// A dashboard as the pages work with it: Grafana's classic JSON model at its newest schema, with
// everything that may be missing filled in. Made by `dash/model/load.ts`, which migrates old
// schemas and old panels; keys that we do not know stay in `raw` and are written back on saving.

import type { DataLink, FieldColor, Thresholds, ValueMapping } from './frame';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** uid may hold a variable, "-- Mixed --", "-- Dashboard --", "-- Grafana --"; "" is the default. */
export interface DataSourceRef {
  readonly type: string;
  readonly uid: string;
}

export interface GridPos {
  /** Columns of 24. */
  readonly x: number;
  /** Rows of 38 px (30 and a gap of 8). */
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Target {
  readonly refId: string;
  readonly datasource: DataSourceRef;
  readonly expr: string;
  readonly legendFormat: string;
  readonly format: 'time_series' | 'table' | 'heatmap';
  readonly instant: boolean;
  readonly range: boolean;
  readonly exemplar: boolean;
  /** Min step, may hold variables; "": none. */
  readonly interval: string;
  readonly intervalFactor: number;
  readonly hide: boolean;
  readonly raw: JsonObject;
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options: Json | undefined };
  readonly properties: readonly { readonly id: string; readonly value: Json | undefined }[];
  readonly raw: JsonObject;
}

export interface FieldDefaults {
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly fieldMinMax?: boolean;
  readonly displayName?: string;
  readonly noValue?: string;
  readonly color?: FieldColor;
  readonly thresholds?: Thresholds;
  readonly mappings?: readonly ValueMapping[];
  readonly links?: readonly DataLink[];
  readonly filterable?: boolean;
  readonly custom: JsonObject;
}

export interface Transformation {
  readonly id: string;
  readonly options: JsonObject;
  readonly disabled: boolean;
  /** Only these frames: a matcher as in overrides (byRefId, byName, …). */
  readonly filter?: { readonly id: string; readonly options: Json | undefined };
  readonly topic?: string;
  readonly raw?: JsonObject;
}

export interface Panel {
  readonly id: number;
  /** As migrated: "graph" became "timeseries". */
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly transparent: boolean;
  readonly gridPos: GridPos;
  readonly datasource: DataSourceRef;
  readonly targets: readonly Target[];
  readonly maxDataPoints: number | null;
  /** Min interval, may hold variables; "": none. */
  readonly interval: string;
  readonly timeFrom: string;
  readonly timeShift: string;
  readonly hideTimeOverride: boolean;
  readonly options: JsonObject;
  readonly fieldConfig: {
    readonly defaults: FieldDefaults;
    readonly overrides: readonly Override[];
  };
  readonly transformations: readonly Transformation[];
  readonly links: readonly DataLink[];
  /** Variable's name; "": not repeated. */
  readonly repeat: string;
  readonly repeatDirection: 'h' | 'v';
  readonly maxPerRow: number;
  /** Of rows alone. */
  readonly collapsed: boolean;
  /** Children of a collapsed row; those of an open one follow it in Dashboard.panels. */
  readonly panels: readonly Panel[];
  readonly libraryPanel: { readonly uid: string; readonly name: string } | null;
  /** Only while shown: what a repeat set, by variable. */
  readonly scopedVars: Readonly<Record<string, { readonly text: string; readonly value: string }>>;
  /** Only while shown: of the second and later ones of a repeat, see `panelKey`. */
  readonly cloneKey?: string;
  /** Frames that a snapshot carries, instead of queries. */
  readonly snapshotData: readonly JsonObject[] | null;
  readonly raw: JsonObject;
}

export type VariableType =
  | 'query'
  | 'datasource'
  | 'interval'
  | 'textbox'
  | 'custom'
  | 'constant'
  | 'adhoc'
  | 'groupby'
  | 'switch'
  | 'system';

export interface VariableOption {
  readonly text: string;
  readonly value: string;
}

export interface AdhocFilter {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: VariableType;
  readonly hide: 0 | 1 | 2 | 3;
  readonly skipUrlSync: boolean;
  readonly datasource: DataSourceRef;
  /** Text of the query, list of values, plugin type, default of a text box. */
  readonly query: string;
  readonly regex: string;
  readonly sort: number;
  readonly refresh: 0 | 1 | 2;
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly allValue: string | null;
  readonly allowCustomValue: boolean;
  readonly auto: boolean;
  readonly autoCount: number;
  readonly autoMin: string;
  /** As stored; one or several. `$__all` stands for all. */
  readonly current: { readonly text: readonly string[]; readonly value: readonly string[] };
  readonly options: readonly VariableOption[];
  readonly filters: readonly AdhocFilter[];
  readonly raw: JsonObject;
}

export interface AnnotationQuery {
  readonly name: string;
  readonly enable: boolean;
  readonly hide: boolean;
  readonly iconColor: string;
  readonly datasource: DataSourceRef;
  readonly builtIn: boolean;
  readonly raw: JsonObject;
}

export interface DashboardLink {
  readonly type: 'link' | 'dashboards';
  readonly title: string;
  readonly url: string;
  readonly tags: readonly string[];
  readonly icon: string;
  readonly tooltip: string;
  readonly asDropdown: boolean;
  readonly includeVars: boolean;
  readonly keepTime: boolean;
  readonly targetBlank: boolean;
  readonly raw?: JsonObject;
}

export interface Dashboard {
  readonly id: number | null;
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly editable: boolean;
  readonly version: number;
  /** "browser", "utc", an IANA name; "": the person's own. */
  readonly timezone: string;
  readonly weekStart: string;
  readonly fiscalYearStartMonth: number;
  readonly time: { readonly from: string; readonly to: string };
  readonly timepicker: {
    readonly hidden: boolean;
    readonly refreshIntervals: readonly string[];
    readonly nowDelay: string;
    readonly quickRanges: readonly {
      readonly display: string;
      readonly from: string;
      readonly to: string;
    }[];
  };
  /** "": off. */
  readonly refresh: string;
  readonly graphTooltip: 0 | 1 | 2;
  readonly liveNow: boolean;
  readonly links: readonly DashboardLink[];
  readonly annotations: readonly AnnotationQuery[];
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
  readonly snapshot: JsonObject | null;
  readonly raw: JsonObject;
}

/** What was noticed while loading: shown to who edits, never a reason not to show the rest. */
export interface LoadNote {
  readonly where: string;
  readonly text: string;
}

export interface LoadedDashboard {
  readonly dashboard: Dashboard;
  /** Of an exported file: what must be chosen on import. */
  readonly inputs: readonly {
    readonly name: string;
    readonly label: string;
    readonly description: string;
    readonly type: string;
    readonly pluginId: string;
    readonly value: string;
  }[];
  readonly notes: readonly LoadNote[];
}
