// What a drawing over time is made of: the kinds of panels say it, `TimePlot` draws it.

import type uPlot from 'uplot';
import type { VizTheme } from '../shared/theme';

export interface AxisSpec {
  readonly side: 'left' | 'right';
  readonly label: string;
  /** Fixed, in pixels; null: as wide as its words. */
  readonly width: number | null;
  readonly colour: string;
  readonly grid: boolean;
  readonly border: boolean;
  readonly steps?: readonly number[];
  /** Pixels that a step takes at least. */
  readonly space?: number;
}

export interface ScaleSpec {
  readonly key: string;
  readonly distribution: 'linear' | 'log' | 'symlog';
  readonly base: 2 | 10;
  readonly linearBelow: number;
  readonly reverse?: boolean;
  readonly range: (min: number | null, max: number | null) => readonly [number, number];
  readonly ticks: (values: readonly number[]) => readonly string[];
  readonly splits?: (min: number, max: number) => readonly number[];
  /** Unset: no axis is drawn. */
  readonly axis: AxisSpec | null;
}

export type DrawHook = (plot: uPlot) => void;

export interface PlotSpec {
  /** Two specs with the same key differ in data alone, so that the drawing need not be made anew. */
  readonly key: string;
  readonly theme: VizTheme;
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  readonly data: uPlot.AlignedData;
  readonly series: readonly uPlot.Series[];
  /** Beside the series: switched on in the legend. */
  readonly shown: readonly boolean[];
  readonly scales: readonly ScaleSpec[];
  readonly bands: readonly uPlot.Band[];
  readonly below: readonly DrawHook[];
  readonly above: readonly DrawHook[];
  readonly xAxis: boolean;
  readonly xGrid: boolean;
  readonly hoverPoints: boolean;
  /** Times the arrow keys walk along. */
  readonly stops: ArrayLike<number>;
  /** null: this panel's pointer is its own. */
  readonly syncKey: string | null;
}

export interface PlotHover {
  readonly timeMs: number;
  /** From the corner of the drawing. */
  readonly left: number;
  readonly top: number;
  readonly clientX: number;
  readonly clientY: number;
  /** The pointer or the focus is here, not in another panel. */
  readonly own: boolean;
}

export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PlotEvents {
  readonly onZoom: (fromMs: number, toMs: number) => void;
  readonly onZoomOut: () => void;
  /** Null where nobody may write notes. */
  readonly onAnnotate: ((fromMs: number, toMs: number) => void) | null;
  readonly onHover: (hover: PlotHover | null) => void;
  readonly onPress: (hover: PlotHover) => void;
  readonly onArea: (area: PlotArea) => void;
}
