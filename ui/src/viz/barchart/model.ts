// Categories and the bars of each, stacked or side by side.

import type { ShownField, ShownFrame } from '../../dash/frame';
import { momentText } from '../plot/timeAxis';
import { isHidden, shownText, toNumber } from '../shared/fields';
import { textAt, type Options } from '../shared/options';

export interface Bar {
  readonly series: number;
  readonly category: number;
  /** Ends on the axis of values. */
  readonly from: number;
  readonly to: number;
  /** Place inside of the category, 0…1. */
  readonly start: number;
  readonly size: number;
  readonly text: string;
  readonly colour: string;
}

export interface BarSeries {
  readonly name: string;
  readonly colour: string;
  readonly field: ShownField;
}

export interface BarModel {
  readonly frame: ShownFrame;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  readonly bars: readonly Bar[];
  readonly low: number;
  readonly high: number;
}

export interface BarWish {
  readonly stacking: 'none' | 'normal' | 'percent';
  /** Part of a category that its bars take, and part of its place that a bar takes. */
  readonly groupWidth: number;
  readonly barWidth: number;
  readonly hidden: ReadonlySet<string>;
  readonly timezone: string;
}

const MOST = 1000;

export function barModel(
  frames: readonly ShownFrame[],
  options: Options,
  wish: BarWish,
): BarModel | null {
  const frame = frames.find(
    (one) => one.length > 0 && one.fields.some((field) => field.type === 'number'),
  );
  if (frame === undefined) return null;
  const wanted = textAt(options, 'xField');
  const named = frame.fields.find((one) => one.displayName === wanted || one.name === wanted);
  const x =
    named ??
    frame.fields.find((one) => one.type === 'string') ??
    frame.fields.find((one) => one.type === 'time');
  const rows = Math.min(frame.length, MOST);
  const categories = Array.from({ length: rows }, (_, row) => {
    const value = x?.values[row] ?? null;
    if (x === undefined) return String(row + 1);
    if (x.type === 'time' && x.config.unit === undefined && typeof value === 'number') {
      return momentText(value, wish.timezone).slice(5, 16);
    }
    return shownText(x.display(value));
  });
  const fields = frame.fields.filter(
    (one) => one !== x && one.type === 'number' && !isHidden(one, 'viz'),
  );
  const colourBy = textAt(options, 'colorByField');
  const colours = frame.fields.find((one) => one.displayName === colourBy || one.name === colourBy);
  const series = fields.map((field) => ({ name: field.displayName, colour: field.color, field }));
  const bars = layBars(series, rows, colours, wish);
  const ends = bars.flatMap((one) => [one.from, one.to]);
  return {
    frame,
    categories,
    series,
    bars,
    low: Math.min(0, ...ends),
    high: Math.max(0, ...ends),
  };
}

function layBars(
  series: readonly BarSeries[],
  rows: number,
  colours: ShownField | undefined,
  wish: BarWish,
): Bar[] {
  const shown = series.map((_, i) => i).filter((i) => !wish.hidden.has(series[i]?.name ?? ''));
  const stacked = wish.stacking !== 'none';
  const places = stacked ? 1 : Math.max(1, shown.length);
  const bars: Bar[] = [];
  for (let row = 0; row < rows; row++) {
    let up = 0;
    let down = 0;
    const total = shown.reduce(
      (sum, i) => sum + Math.abs(toNumber(series[i]?.field.values[row]) ?? 0),
      0,
    );
    shown.forEach((i, place) => {
      const field = series[i]?.field;
      const value = toNumber(field?.values[row]);
      if (field === undefined || value === null) return;
      const shownValue = field.display(value);
      const size = wish.stacking === 'percent' ? (total === 0 ? 0 : value / total) : value;
      const from = !stacked ? 0 : size < 0 ? down : up;
      if (size < 0) down += size;
      else up += size;
      const room = wish.groupWidth / places;
      const width = room * (places > 1 ? wish.barWidth : 1);
      bars.push({
        series: i,
        category: row,
        from,
        to: from + size,
        start: (1 - wish.groupWidth) / 2 + place * (stacked ? 0 : room) + (room - width) / 2,
        size: width,
        text: shownText(shownValue),
        colour:
          colours === undefined
            ? field.config.color?.mode === 'thresholds' ||
              field.config.color?.mode.startsWith('continuous') === true
              ? shownValue.color
              : (series[i]?.colour ?? shownValue.color)
            : colours.display(colours.values[row] ?? null).color,
      });
    });
  }
  return bars;
}
