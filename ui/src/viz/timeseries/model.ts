// From frames to columns on one axis, with the style and the scale of each. No pixels yet.

import type { ShownField, ShownFrame } from '../../dash/frame';
import { isHidden, timeField, toNumber } from '../shared/fields';
import { breakGaps, bridgeGaps, joinColumns, type Column } from './join';
import { isNegative, stackColumns } from './stack';
import { axisStyle, seriesStyle, type AxisStyle, type SeriesStyle } from './style';

export interface DrawnSeries {
  readonly name: string;
  readonly frame: ShownFrame;
  readonly field: ShownField;
  readonly colour: string;
  readonly style: SeriesStyle;
  readonly axis: AxisStyle;
  readonly scale: string;
  /** What was measured (after `transform`), for words. */
  readonly values: Column;
  /** Where it is drawn: on top of others where they are stacked. */
  readonly drawn: Column;
  readonly shown: boolean;
}

export interface ScaleModel {
  readonly key: string;
  readonly series: readonly DrawnSeries[];
  readonly field: ShownField;
  readonly axis: AxisStyle;
  readonly side: 'left' | 'right' | 'hidden';
  readonly percent: boolean;
}

export interface TimeModel {
  readonly times: Float64Array;
  readonly series: readonly DrawnSeries[];
  readonly scales: readonly ScaleModel[];
  /** Upper and lower series. */
  readonly bands: readonly (readonly [number, number])[];
  /** There are figures, but nothing says when. */
  readonly noTime: boolean;
}

function scaleKey(field: ShownField, axis: AxisStyle, style: SeriesStyle): string {
  const { unit = '', min, max } = field.config;
  const percent = style.stacking === 'percent';
  return JSON.stringify([
    percent ? '%' : unit,
    axis.placement,
    min,
    max,
    axis.softMin,
    axis.softMax,
    axis.centredZero,
    axis.distribution,
    axis.distribution === 'linear' ? 0 : axis.base,
    axis.distribution === 'symlog' ? axis.linearBelow : 0,
    axis.label,
  ]);
}

function transformed(values: readonly (number | null)[], style: SeriesStyle): (number | null)[] {
  if (style.transform === 'negative-Y') return values.map((one) => (one === null ? null : -one));
  if (style.transform === 'constant') {
    const first = values.find((one) => one !== null) ?? null;
    return values.map(() => first);
  }
  return [...values];
}

interface Candidate {
  readonly frame: ShownFrame;
  readonly field: ShownField;
  readonly times: number[];
  /** Rows by time where they do not come that way, as from a table; else null. */
  readonly order: readonly number[] | null;
}

function orderOf(times: readonly number[]): readonly number[] | null {
  for (let i = 1; i < times.length; i++) {
    if ((times[i] ?? 0) < (times[i - 1] ?? 0)) {
      return times.map((_, row) => row).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
    }
  }
  return null;
}

function candidates(frames: readonly ShownFrame[]): { found: Candidate[]; noTime: boolean } {
  const found: Candidate[] = [];
  let noTime = false;
  for (const frame of frames) {
    const time = timeField(frame);
    const figures = frame.fields.filter((one) => one.type === 'number' || one.type === 'boolean');
    if (frame.length === 0 || figures.length === 0) continue;
    if (time === undefined) {
      noTime = true;
      continue;
    }
    const read = time.values.map((one) => toNumber(one) ?? 0);
    const order = orderOf(read);
    const times = order === null ? read : order.map((row) => read[row] ?? 0);
    for (const field of figures) {
      if (!isHidden(field, 'viz')) found.push({ frame, field, times, order });
    }
  }
  return { found, noTime: noTime && found.length === 0 };
}

export function buildModel(frames: readonly ShownFrame[], hidden: ReadonlySet<string>): TimeModel {
  const { found, noTime } = candidates(frames);
  const styles = found.map(({ field }) => seriesStyle(field));
  const raw = found.map(({ frame, field, times, order }, i) => {
    const style = styles[i] ?? seriesStyle(field);
    const interval = timeField(frame)?.config.interval;
    const column = {
      times,
      values: transformed(
        order === null
          ? field.values.map((one) => toNumber(one))
          : order.map((row) => toNumber(field.values[row])),
        style,
      ),
    };
    const threshold = style.insertNullsMs ?? interval;
    const bridged = style.spanMs === Infinity || style.transform === 'constant';
    return threshold === undefined || bridged ? column : breakGaps(column, threshold);
  });
  const joined = joinColumns(raw);
  const values = joined.columns.map((column, i) => {
    const span = styles[i]?.spanMs ?? 0;
    return span === Infinity ? column : bridgeGaps(joined.times, column, span);
  });
  const stacked = stackColumns(
    found.map(({ field }, i) => ({
      values: values[i] ?? [],
      mode: styles[i]?.stacking ?? 'none',
      group: styles[i]?.stackGroup ?? '',
      negative: isNegative(values[i] ?? []),
      shown: !hidden.has(field.displayName),
    })),
  );
  const series = found.map(({ frame, field }, i): DrawnSeries => {
    const axis = axisStyle(field);
    const style = styles[i] ?? seriesStyle(field);
    return {
      name: field.displayName,
      frame,
      field,
      colour: field.color,
      style,
      axis,
      scale: scaleKey(field, axis, style),
      values: values[i] ?? [],
      drawn: stacked.columns[i] ?? [],
      shown: !hidden.has(field.displayName),
    };
  });
  return {
    times: joined.times,
    series,
    scales: scalesOf(series),
    bands: [...stacked.bands, ...belowBands(series)],
    noTime,
  };
}

function belowBands(series: readonly DrawnSeries[]): (readonly [number, number])[] {
  return series.flatMap((one, i) => {
    const { fillBelowTo } = one.style;
    if (fillBelowTo === '' || !one.shown) return [];
    const below = series.findIndex(
      (other) => other.name === fillBelowTo || other.field.name === fillBelowTo,
    );
    return below < 0 || below === i || series[below]?.shown === false ? [] : [[i, below] as const];
  });
}

/** The first free scale stands on the left, the others on the right. */
function scalesOf(series: readonly DrawnSeries[]): readonly ScaleModel[] {
  const groups = new Map<string, DrawnSeries[]>();
  for (const one of series) {
    const members = groups.get(one.scale);
    if (members === undefined) groups.set(one.scale, [one]);
    else members.push(one);
  }
  let leftTaken = [...groups.values()].some((group) => group[0]?.axis.placement === 'left');
  return [...groups].flatMap(([key, members]) => {
    const first = members[0];
    if (first === undefined) return [];
    const { placement } = first.axis;
    const side = placement === 'auto' ? (leftTaken ? 'right' : 'left') : placement;
    if (side === 'left') leftTaken = true;
    const percent = first.style.stacking === 'percent';
    return [{ key, series: members, field: first.field, axis: first.axis, side, percent }];
  });
}
