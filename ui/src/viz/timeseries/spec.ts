// From the model to what is drawn.

import uPlot from 'uplot';
import type { TimeRangeMs } from '../../dash/frame';
import type { DrawHook, PlotSpec, ScaleSpec } from '../plot/spec';
import { shownText } from '../shared/fields';
import type { VizTheme } from '../shared/theme';
import { fillOf, strokeOf } from './gradients';
import { reduceMinMax } from './join';
import type { DrawnSeries, ScaleModel, TimeModel } from './model';
import { alignDecimals, stepsFor, valueRange } from './range';
import { thresholdHooks } from './thresholds';

/** More than this and neither markers nor thick lines help anybody. */
export const MANY_SERIES = 100;
const REDUCE_ABOVE = 10_000;

const { linear, spline, stepped, bars, points } = uPlot.paths;

function pathsOf(one: DrawnSeries, dense: boolean): uPlot.Series.PathBuilder | undefined {
  const { style } = one;
  if (style.draw === 'points') return points?.();
  if (style.draw === 'bars') {
    return bars?.({ size: [style.barWidth, style.barMax, 1], align: style.barAlign });
  }
  // Curves and steps narrower than a pixel are lines, and lines are what is drawn fastest.
  if (dense || style.interpolation === 'linear') return linear?.();
  if (style.interpolation === 'smooth') return spline?.();
  return stepped?.({ align: style.interpolation === 'stepBefore' ? -1 : 1 });
}

function pointsOf(one: DrawnSeries, many: boolean): uPlot.Series.Points {
  const { style, colour } = one;
  const size = style.pointSize;
  const base = { size, fill: colour, stroke: colour, width: 0 };
  if (style.draw === 'points') return { ...base, show: true };
  if (style.draw === 'bars' || style.points === 'never') {
    return style.draw === 'bars'
      ? { show: false }
      : { ...base, size: Math.max(3, style.width + 2), show: false, filter: lonely };
  }
  if (style.points === 'always' && !many) return { ...base, show: true };
  return many ? { ...base, size: 3, show: false, filter: lonely } : { ...base, filter: lonely };
}

/** A sample between two gaps is no line, so it gets a dot. */
const lonely: uPlot.Series.Points.Filter = (plot, index, show) => {
  if (show) return null;
  const column = plot.data[index] ?? [];
  const found: number[] = [];
  let before: number | null = null;
  let last = -1;
  for (let i = 0; i <= column.length; i++) {
    const cell = i === column.length ? null : column[i];
    if (cell === undefined) continue;
    if (cell === null && last >= 0 && before === null) found.push(last);
    before = last >= 0 && cell !== null ? 1 : null;
    last = cell === null ? -1 : i;
  }
  return found;
};

function seriesOf(one: DrawnSeries, many: boolean, dense: boolean): uPlot.Series {
  const { style, colour, field, scale } = one;
  const paths = pathsOf(one, dense);
  const fill = fillOf(field, colour, style, scale);
  return {
    label: one.name,
    scale,
    stroke: strokeOf(field, colour, style, scale),
    width: style.draw === 'points' ? 0 : many ? Math.min(1, style.width) : style.width,
    spanGaps: style.spanMs === Infinity,
    points: pointsOf(one, many),
    ...(paths === undefined ? {} : { paths }),
    ...(fill === undefined || style.draw === 'points' ? {} : { fill }),
    ...(style.dash === null || style.draw !== 'line'
      ? {}
      : { dash: [...style.dash], cap: style.roundDash ? 'round' : 'butt' }),
  };
}

/** Nothing but zeros: of shares the whole is shown then, not a hundred times that. */
function isFlatZero(scale: ScaleModel): boolean {
  return scale.series.every((one) => one.drawn.every((value) => !value));
}

function scaleOf(scale: ScaleModel, gridTaken: boolean, theme: VizTheme): ScaleSpec {
  const { axis, field, percent, side } = scale;
  const { config } = field;
  const filled = scale.series.some(
    (one) => one.style.draw === 'bars' || one.style.stacking === 'normal',
  );
  const rules = {
    min: config.min ?? null,
    max: config.max ?? null,
    softMin: axis.softMin,
    softMax: axis.softMax ?? (config.unit === 'percentunit' && isFlatZero(scale) ? 1 : null),
    centredZero: axis.centredZero,
    fromZero: filled,
    percent,
    distribution: axis.distribution,
    base: axis.base,
  };
  const steps = percent ? undefined : stepsFor(config.unit);
  return {
    key: scale.key,
    distribution: axis.distribution,
    base: axis.base,
    linearBelow: axis.linearBelow,
    range: (min, max) => valueRange(rules, min, max),
    ticks: (values) =>
      percent
        ? values.map((value) => `${Number((value * 100).toFixed(1))}%`)
        : config.decimals !== undefined
          ? values.map((value) => shownText(field.display(value)))
          : alignDecimals(values.map((value) => shownText(field.display(value)))),
    axis:
      side === 'hidden'
        ? null
        : {
            side,
            label: axis.label,
            width: axis.width,
            colour: axis.seriesColour ? field.color : theme.textDim,
            grid: axis.grid && !gridTaken,
            border: axis.border,
            ...(steps === undefined || axis.distribution !== 'linear' ? {} : { steps }),
          },
  };
}

function columnsOf(model: TimeModel, width: number): uPlot.AlignedData {
  const columns = model.series.map((one) => [...one.drawn]);
  if (model.times.length <= REDUCE_ABOVE) return [model.times, ...columns];
  const reduced = reduceMinMax(model.times, columns, Math.max(500, Math.round(width * 1.5)));
  return [reduced.times, ...reduced.columns];
}

/** Drawing of what cannot be seen in the key would be stale after an update. */
function keyOf(model: TimeModel, parts: readonly unknown[]): string {
  const stackedOrBands = model.bands.length > 0;
  return JSON.stringify([
    parts,
    model.series.map((one) => [
      one.colour,
      one.style,
      one.scale,
      one.style.gradient === 'scheme'
        ? [one.field.config.thresholds, one.field.config.color]
        : null,
      stackedOrBands ? one.shown : null,
    ]),
    model.scales.map((one) => [one.side, one.axis]),
    model.bands,
  ]);
}

export interface SpecContext {
  readonly theme: VizTheme;
  readonly range: TimeRangeMs;
  readonly zone: string;
  readonly width: number;
  readonly height: number;
  readonly syncKey: string | null;
  readonly hooks: { readonly below: readonly DrawHook[]; readonly above: readonly DrawHook[] };
}

export function timeSpec(model: TimeModel, context: SpecContext): PlotSpec {
  const { theme, range, zone, width, height } = context;
  const many = model.series.length > MANY_SERIES;
  const dense = model.times.length > width * 2;
  // What is very small shows its shape alone.
  const xAxis = height >= 110 && width >= 160;
  const yAxis = height >= 70 && width >= 200;
  const thresholds = thresholdHooks(model.scales, theme);
  let grid = false;
  const scales = model.scales.map((one) => {
    const made = scaleOf(one, grid, theme);
    if (made.axis?.grid === true) grid = true;
    return yAxis ? made : { ...made, axis: null };
  });
  return {
    key: keyOf(model, [theme.scheme, zone, xAxis, yAxis, many, dense, context.syncKey]),
    theme,
    zone,
    from: range.from,
    to: range.to,
    data: columnsOf(model, width),
    series: model.series.map((one) => seriesOf(one, many, dense)),
    shown: model.series.map((one) => one.shown),
    scales,
    bands: model.bands.map(([upper, lower]) => ({ series: [upper + 1, lower + 1] })),
    below: [...thresholds.below, ...context.hooks.below],
    above: [...thresholds.above, ...context.hooks.above],
    xAxis,
    xGrid: true,
    hoverPoints: model.series.length <= MANY_SERIES,
    stops: model.times,
    syncKey: context.syncKey,
  };
}
