// How one series is drawn, read from its field's custom settings.

import type { ShownField } from '../../dash/frame';
import { at, choiceAt, flagAt, isRecord, numberAt, textAt } from '../shared/options';

export interface SeriesStyle {
  readonly draw: 'line' | 'bars' | 'points';
  readonly interpolation: 'linear' | 'smooth' | 'stepBefore' | 'stepAfter';
  readonly width: number;
  /** 0…1. */
  readonly fill: number;
  readonly gradient: 'none' | 'opacity' | 'hue' | 'scheme';
  readonly dash: readonly number[] | null;
  readonly roundDash: boolean;
  /** Gaps up to this many milliseconds are bridged; Infinity: all. */
  readonly spanMs: number;
  /** A null is put where points are further apart; null: by the interval of the data. */
  readonly insertNullsMs: number | null;
  readonly points: 'auto' | 'always' | 'never';
  readonly pointSize: number;
  readonly stacking: 'none' | 'normal' | 'percent';
  readonly stackGroup: string;
  readonly fillBelowTo: string;
  readonly transform: 'none' | 'constant' | 'negative-Y';
  readonly barAlign: -1 | 0 | 1;
  /** Part of the room between two points. */
  readonly barWidth: number;
  readonly barMax: number;
}

export type AxisPlacement = 'auto' | 'left' | 'right' | 'hidden';

export interface AxisStyle {
  readonly placement: AxisPlacement;
  readonly label: string;
  readonly width: number | null;
  readonly softMin: number | null;
  readonly softMax: number | null;
  readonly centredZero: boolean;
  readonly seriesColour: boolean;
  readonly border: boolean;
  readonly grid: boolean;
  readonly distribution: 'linear' | 'log' | 'symlog';
  readonly base: 2 | 10;
  readonly linearBelow: number;
}

export type ThresholdStyle = 'off' | 'line' | 'dashed' | 'area' | 'line+area' | 'dashed+area';
const THRESHOLD_STYLES: readonly ThresholdStyle[] = [
  'off',
  'line',
  'dashed',
  'area',
  'line+area',
  'dashed+area',
];

export function thresholdStyle(field: ShownField): ThresholdStyle {
  return choiceAt(field.config.custom, 'thresholdsStyle.mode', THRESHOLD_STYLES, 'off');
}

function spanOf(value: unknown): number {
  if (value === true) return Infinity;
  return typeof value === 'number' && value > 0 ? value : 0;
}

function dashOf(custom: Readonly<Record<string, unknown>>): readonly number[] | null {
  const style = at(custom, 'lineStyle');
  if (!isRecord(style)) return null;
  const given = style['dash'];
  const dash = Array.isArray(given) ? given.filter((one) => typeof one === 'number') : [];
  if (style['fill'] === 'dash') return dash.length > 0 ? dash : [10, 10];
  if (style['fill'] === 'dot') return dash.length > 0 ? dash : [0, 10];
  return null;
}

export function seriesStyle(field: ShownField): SeriesStyle {
  const { custom } = field.config;
  const fillBelowTo = textAt(custom, 'fillBelowTo');
  const fill = Math.max(0, Math.min(100, numberAt(custom, 'fillOpacity') ?? 0)) / 100;
  const insert = at(custom, 'insertNulls');
  const align = numberAt(custom, 'barAlignment') ?? 0;
  return {
    draw: choiceAt(custom, 'drawStyle', ['line', 'bars', 'points'], 'line'),
    interpolation: choiceAt(
      custom,
      'lineInterpolation',
      ['linear', 'smooth', 'stepBefore', 'stepAfter'],
      'linear',
    ),
    width: Math.max(0, Math.min(20, numberAt(custom, 'lineWidth') ?? 1)),
    // A range between two lines without any fill would show nothing.
    fill: fillBelowTo !== '' && fill === 0 ? 0.35 : fill,
    gradient: choiceAt(custom, 'gradientMode', ['none', 'opacity', 'hue', 'scheme'], 'none'),
    dash: dashOf(custom),
    roundDash: textAt(custom, 'lineStyle.fill') === 'dot',
    spanMs: spanOf(at(custom, 'spanNulls')),
    insertNullsMs: typeof insert === 'number' && insert > 0 ? insert : null,
    points: choiceAt(custom, 'showPoints', ['auto', 'always', 'never'], 'auto'),
    pointSize: Math.max(1, Math.min(60, numberAt(custom, 'pointSize') ?? 5)),
    stacking: choiceAt(custom, 'stacking.mode', ['none', 'normal', 'percent'], 'none'),
    // Dashboards also say `false` for one that stands apart.
    stackGroup: JSON.stringify(at(custom, 'stacking.group') ?? 'A'),
    fillBelowTo,
    transform: choiceAt(custom, 'transform', ['none', 'constant', 'negative-Y'], 'none'),
    barAlign: align < 0 ? -1 : align > 0 ? 1 : 0,
    barWidth: Math.max(0.02, Math.min(1, numberAt(custom, 'barWidthFactor') ?? 0.6)),
    barMax: numberAt(custom, 'barMaxWidth') ?? 200,
  };
}

export function axisStyle(field: ShownField): AxisStyle {
  const { custom } = field.config;
  const type = choiceAt(custom, 'scaleDistribution.type', ['linear', 'log', 'symlog'], 'linear');
  return {
    placement: choiceAt(custom, 'axisPlacement', ['auto', 'left', 'right', 'hidden'], 'auto'),
    label: textAt(custom, 'axisLabel').trim(),
    width: numberAt(custom, 'axisWidth') ?? null,
    softMin: numberAt(custom, 'axisSoftMin') ?? null,
    softMax: numberAt(custom, 'axisSoftMax') ?? null,
    centredZero: flagAt(custom, 'axisCenteredZero'),
    seriesColour: textAt(custom, 'axisColorMode') === 'series',
    border: flagAt(custom, 'axisBorderShow'),
    grid: flagAt(custom, 'axisGridShow', true),
    distribution: type,
    base: numberAt(custom, 'scaleDistribution.log') === 2 ? 2 : 10,
    linearBelow: numberAt(custom, 'scaleDistribution.linearThreshold') ?? 1,
  };
}
