// What every kind of panel is to the rest of the program: a component over frames that are ready to
// be shown. A panel knows nothing of queries, variables or the dashboard around it.

import type { ComponentType } from 'react';
import type { Annotation, Frame, ShownFrame, TimeRangeMs } from '../dash/frame';
import type { JsonObject, Panel } from '../dash/model';

export interface VizProps {
  readonly panel: Panel;
  /** Queries' answers after transformations, overrides and defaults. */
  readonly frames: readonly ShownFrame[];
  /** `panel.options` with the defaults of the kind filled in. */
  readonly options: JsonObject;
  readonly range: TimeRangeMs;
  /** "browser", "utc" or an IANA name. */
  readonly timezone: string;
  readonly width: number;
  readonly height: number;
  readonly annotations: readonly Annotation[];
  /** 0 off, 1 crosshair, 2 tooltip: shared with the other panels of the dashboard. */
  readonly graphTooltip: 0 | 1 | 2;
  /** Same for all panels of a dashboard, so that their crosshairs meet. */
  readonly syncKey: string;
  /** Variables and macros filled in; `scoped` are those of a data link. */
  readonly interpolate: (
    text: string,
    format?: string,
    scoped?: Readonly<Record<string, string>>,
  ) => string;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  readonly onZoomOut: () => void;
  /** A click in the legend: this series alone, or on and off. Kept while the page lives. */
  readonly hidden: ReadonlySet<string>;
  readonly onHidden: (hidden: ReadonlySet<string>) => void;
  /** A stretch that was marked with ctrl, to write a note on; unset: may not. */
  readonly onAnnotate?: ((fromMs: number, toMs: number) => void) | undefined;
  /** A note that the server keeps was pressed, to be changed; unset: may not. */
  readonly onNote?: ((note: Annotation) => void) | undefined;
}

/** A setting of a kind of panel, for the editor; the editor draws it, the panel only names it. */
export interface OptionField {
  /** Dotted path below `options` or `fieldConfig.defaults.custom`. */
  readonly path: string;
  readonly label: string;
  readonly group: string;
  readonly kind:
    | 'switch'
    | 'number'
    | 'text'
    | 'textarea'
    | 'select'
    | 'segments'
    | 'multi'
    | 'slider'
    | 'color';
  readonly choices?: readonly {
    readonly value: string | number | boolean;
    readonly label: string;
  }[];
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly initial?: string | number | boolean | readonly string[];
  /** Shown only where this holds. */
  readonly when?: (options: JsonObject) => boolean;
}

export interface VizPlugin {
  readonly type: string;
  readonly name: string;
  readonly description: string;
  /** Has no queries: text, rows, lists. */
  readonly skipsData?: boolean;
  readonly Component: ComponentType<VizProps>;
  readonly defaults: JsonObject;
  readonly customDefaults: JsonObject;
  readonly optionFields: readonly OptionField[];
  readonly customFields: readonly OptionField[];
  /** Which standard field settings make sense: unit, min, max, decimals, color, thresholds, …. */
  readonly standard: readonly string[];
  /** How well it suits these frames, 0…100, for suggestions. */
  readonly suits?: (frames: readonly Frame[]) => number;
}
