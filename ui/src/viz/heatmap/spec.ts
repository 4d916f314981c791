import type uPlot from 'uplot';
import { formatWithUnit, joinUnit } from '../../dash/data/units/format';
import type { TimeRangeMs } from '../../dash/frame';
import type { DrawHook, PlotSpec } from '../plot/spec';
import { inkOn } from '../shared/colour';
import { shownText } from '../shared/fields';
import { choiceAt, flagAt, numberAt, textAt, type Options } from '../shared/options';
import type { VizTheme } from '../shared/theme';
import { alignDecimals } from '../timeseries/range';
import type { HeatModel, HeatRow } from './buckets';
import type { HeatColours } from './schemes';

export function boundText(value: number, options: Options, model: HeatModel): string {
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '−Inf';
  const unit = textAt(options, 'yAxis.unit');
  const decimals = numberAt(options, 'yAxis.decimals');
  if (unit === '' && model.numeric && model.valueField !== undefined) {
    return shownText(model.valueField.display(value));
  }
  return joinUnit(formatWithUnit(unit === '' ? 'short' : unit, value, decimals));
}

export function rowText(row: HeatRow, options: Options, model: HeatModel): string {
  if (row.label !== '') return row.label;
  if (!Number.isFinite(row.from)) return `≤ ${boundText(row.to, options, model)}`;
  if (!Number.isFinite(row.to)) return `> ${boundText(row.from, options, model)}`;
  return `${boundText(row.from, options, model)} – ${boundText(row.to, options, model)}`;
}

export interface HeatContext {
  readonly theme: VizTheme;
  readonly range: TimeRangeMs;
  readonly zone: string;
  readonly width: number;
  readonly height: number;
  readonly syncKey: string | null;
  readonly hooks: { readonly below: readonly DrawHook[]; readonly above: readonly DrawHook[] };
  readonly options: Options;
  readonly colours: HeatColours;
}

/** Rows of buckets are as tall as one another; calculated ones stand on their scale. */
export function edgesOf(model: HeatModel, row: number): readonly [number, number] {
  const one = model.rows[row];
  return model.numeric && one !== undefined ? [one.from, one.to] : [row, row + 1];
}

function ticksOf(model: HeatModel, context: HeatContext, values: readonly number[]) {
  const { options } = context;
  if (model.numeric) return alignDecimals(values.map((one) => boundText(one, options, model)));
  return values.map((at) => {
    const upper = model.rows[Math.round(at) - 1];
    if (upper !== undefined && upper.label !== '') return upper.label;
    const bound = upper?.to ?? model.rows[0]?.from ?? 0;
    return Number.isFinite(bound) || upper !== undefined ? boundText(bound, options, model) : '';
  });
}

export function heatSpec(model: HeatModel, context: HeatContext): PlotSpec {
  const { theme, range, width, height, options } = context;
  const low = edgesOf(model, 0)[0];
  const high = edgesOf(model, model.rows.length - 1)[1];
  const hard = [numberAt(options, 'yAxis.min'), numberAt(options, 'yAxis.max')] as const;
  const place = choiceAt(
    options,
    'yAxis.axisPlacement',
    ['left', 'right', 'hidden', 'auto'],
    'left',
  );
  const named = model.rows.some((one) => one.label !== '');
  const shown = place !== 'hidden' && width >= 200 && height >= 70;
  const splits = model.numeric ? {} : { splits: () => everyRow(model.rows.length, height, named) };
  return {
    key: JSON.stringify([
      theme.scheme,
      context.zone,
      place,
      shown,
      model.numeric,
      model.log,
      context.syncKey,
      height >= 110,
    ]),
    theme,
    zone: context.zone,
    from: range.from,
    to: range.to,
    data: [[...model.starts], model.starts.map(() => null)],
    series: [{ scale: 'y', points: { show: false } }],
    shown: [true],
    scales: [
      {
        key: 'y',
        distribution: model.numeric && model.log !== 0 ? 'log' : 'linear',
        base: model.log === 2 ? 2 : 10,
        linearBelow: 1,
        reverse: flagAt(options, 'yAxis.reverse'),
        range: () => (model.numeric ? [hard[0] ?? low, hard[1] ?? high] : [low, high]),
        ticks: (values) => ticksOf(model, context, values),
        ...splits,
        axis: shown
          ? {
              side: place === 'right' ? 'right' : 'left',
              label: textAt(options, 'yAxis.axisLabel').trim(),
              width: numberAt(options, 'yAxis.axisWidth') ?? null,
              colour: theme.textDim,
              grid: false,
              border: false,
            }
          : null,
      },
    ],
    bands: [],
    below: [(plot) => drawCells(plot, model, context), ...context.hooks.below],
    above: context.hooks.above,
    xAxis: height >= 110,
    xGrid: false,
    hoverPoints: false,
    stops: model.starts.map((one) => one + model.step / 2),
    syncKey: context.syncKey,
  };
}

/** As many bounds as have room for their words. */
function everyRow(rows: number, height: number, named: boolean): number[] {
  const every = Math.max(1, Math.ceil(rows / Math.max(2, Math.floor((height - 60) / 22))));
  const out: number[] = [];
  for (let i = named ? 1 : 0; i <= rows; i += every) out.push(i);
  return out;
}

function drawCells(plot: uPlot, model: HeatModel, context: HeatContext): void {
  const { ctx, bbox } = plot;
  const { options, colours, theme } = context;
  const ratio = devicePixelRatio;
  const gap = Math.max(0, numberAt(options, 'cellGap') ?? 1) * ratio;
  const radius = Math.max(0, numberAt(options, 'cellRadius') ?? 0) * ratio;
  const least = numberAt(options, 'filterValues.le') ?? 1e-9;
  const most = numberAt(options, 'filterValues.ge');
  const values = choiceAt(options, 'showValue', ['auto', 'always', 'never'], 'auto');
  const edges = model.rows.map((_, row) => {
    const [from, to] = edgesOf(model, row);
    const [a, b] = [plot.valToPos(from, 'y', true), plot.valToPos(to, 'y', true)];
    return [Math.min(a, b), Math.max(a, b)] as const;
  });
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.font = `${11 * ratio}px ${theme.font}`;
  model.counts.forEach((column, x) => {
    const start = model.starts[x] ?? 0;
    const left = plot.valToPos(start, 'x', true);
    const right = plot.valToPos(start + model.step, 'x', true);
    if (right < bbox.left || left > bbox.left + bbox.width) return;
    // Between narrow cells a gap would be most of the picture.
    const side = right - left > 4 * gap ? gap : 0;
    column.forEach((count, row) => {
      if (count === null || count <= least || (most !== undefined && count >= most)) return;
      const [top, bottom] = edges[row] ?? [0, 0];
      const level = bottom - top > 4 * gap ? gap : 0;
      const width = Math.max(1, right - left - side);
      const height = Math.max(1, bottom - top - level);
      ctx.fillStyle = colours.of(count);
      if (radius > 0) {
        ctx.beginPath();
        ctx.roundRect(left + side / 2, top + level / 2, width, height, radius);
        ctx.fill();
      } else ctx.fillRect(left + side / 2, top + level / 2, width, height);
      if (values === 'never' || width < 30 * ratio || height < 15 * ratio) return;
      const text = countText(count, options);
      if (values === 'auto' && ctx.measureText(text).width > width - 6 * ratio) return;
      ctx.fillStyle = inkOn(colours.of(count));
      ctx.fillText(text, (left + right) / 2, (top + bottom) / 2);
    });
  });
  ctx.restore();
}

export function countText(count: number, options: Options): string {
  const unit = textAt(options, 'cellValues.unit', 'short');
  return joinUnit(formatWithUnit(unit, count, numberAt(options, 'cellValues.decimals')));
}
