// Data as panels see it: frames of columns. The shape of `/api/ds/query` and of Grafana's data
// frames, so that transformations, overrides and reducers mean here what they mean there. Plain
// values: whoever changes a frame makes a new one.

export type FieldType = 'time' | 'number' | 'string' | 'boolean' | 'other';

export type FieldValue = number | string | boolean | null | object;

export type FrameLabels = Readonly<Record<string, string>>;

export interface Threshold {
  /** The first step's is -Infinity, whatever the file says. */
  readonly value: number;
  readonly color: string;
}

export interface Thresholds {
  readonly mode: 'absolute' | 'percentage';
  readonly steps: readonly Threshold[];
}

export interface MappingResult {
  readonly text?: string;
  readonly color?: string;
  readonly icon?: string;
  readonly index?: number;
}

export type ValueMapping =
  | { readonly type: 'value'; readonly options: Readonly<Record<string, MappingResult>> }
  | {
      readonly type: 'range';
      /** null: without bound. */
      readonly from: number | null;
      readonly to: number | null;
      readonly result: MappingResult;
    }
  | { readonly type: 'regex'; readonly pattern: string; readonly result: MappingResult }
  | {
      readonly type: 'special';
      readonly match: 'null' | 'nan' | 'null+nan' | 'true' | 'false' | 'empty';
      readonly result: MappingResult;
    };

export interface FieldColor {
  readonly mode: string;
  readonly fixedColor?: string;
  readonly seriesBy?: 'last' | 'min' | 'max';
}

export interface DataLink {
  readonly title: string;
  readonly url: string;
  readonly targetBlank: boolean;
  /** A click on the value follows it at once. */
  readonly oneClick?: boolean;
}

/** What the panel's defaults and overrides say of one field, after they were applied. */
export interface FieldConfig {
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly fieldMinMax?: boolean;
  readonly displayName?: string;
  /** From the query's legend; gives way to displayName. */
  readonly displayNameFromDS?: string;
  readonly noValue?: string;
  readonly color?: FieldColor;
  readonly thresholds?: Thresholds;
  readonly mappings?: readonly ValueMapping[];
  readonly links?: readonly DataLink[];
  /** Milliseconds between the points of a time field. */
  readonly interval?: number;
  readonly filterable?: boolean;
  /** What belongs to one kind of panel alone: drawStyle, hideFrom, cellOptions, width, …. */
  readonly custom: Readonly<Record<string, unknown>>;
}

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** One entry a row; numbers that are not finite stand as they are. */
  readonly values: readonly FieldValue[];
  readonly labels?: FrameLabels;
  readonly config: FieldConfig;
}

export interface FrameMeta {
  /** "timeseries-multi", "numeric-multi", "heatmap-rows", "heatmap-cells", "table", …. */
  readonly type?: string;
  readonly executedQuery?: string;
  readonly notices?: readonly {
    readonly severity: 'info' | 'warning' | 'error';
    readonly text: string;
  }[];
  readonly custom?: Readonly<Record<string, unknown>>;
}

export interface Frame {
  readonly refId?: string;
  readonly name?: string;
  readonly meta?: FrameMeta;
  /** All of the same length. */
  readonly fields: readonly Field[];
  readonly length: number;
}

export interface TimeRangeMs {
  readonly from: number;
  readonly to: number;
}

/** A value as people read it. `text` holds neither prefix nor suffix. */
export interface DisplayValue {
  readonly text: string;
  readonly prefix: string;
  readonly suffix: string;
  /** NaN where there is no number. */
  readonly numeric: number;
  /** Between min and max of the field, 0…1. */
  readonly percent: number;
  /** CSS; by mapping, threshold or the field's colour mode. */
  readonly color: string;
  readonly icon?: string;
}

/**
 * A field that is ready to be shown: configuration applied, name and colour decided. Made by
 * `dash/data/apply.ts` alone.
 */
export interface ShownField extends Field {
  readonly displayName: string;
  /** Of the series as a whole: lines, legend. CSS. */
  readonly color: string;
  readonly display: (value: FieldValue) => DisplayValue;
}

export interface ShownFrame extends Omit<Frame, 'fields'> {
  readonly fields: readonly ShownField[];
}

export interface Annotation {
  readonly id?: number;
  readonly time: number;
  /** Equal to `time` where it is a moment. */
  readonly timeEnd: number;
  readonly title?: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly color: string;
  /** Of the annotation query in the dashboard. */
  readonly source: string;
  readonly panelId?: number;
  readonly login?: string;
}
