// Frames into cells: how many values fell into each box of time and size.

import type { ShownField, ShownFrame } from '../../dash/frame';
import { isHidden, timeField, toNumber } from '../shared/fields';
import { niceSize } from '../shared/nice';
import { choiceAt, numberAt, textAt, type Options } from '../shared/options';

export interface HeatRow {
  /** Bounds in the unit of the axis; rows without figures are numbered. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface HeatModel {
  /** Start of each column; a column is `step` wide. */
  readonly starts: readonly number[];
  readonly step: number;
  readonly rows: readonly HeatRow[];
  /** One list a column, one count a row; null: nothing is known. */
  readonly counts: readonly (readonly (number | null)[])[];
  /** The rows are places on a scale of numbers. */
  readonly numeric: boolean;
  readonly log: 0 | 2 | 10;
  readonly valueField: ShownField | undefined;
}

const SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
];

export function niceTime(rough: number): number {
  const found = SECONDS.find((one) => one * 1000 >= rough * 0.999);
  return found === undefined ? Math.ceil(rough / 86_400_000) * 86_400_000 : found * 1000;
}

/** `30s`, `1m`, `5` … of a bucket's size, in milliseconds. */
function timeSize(text: string): number | undefined {
  const found = /^([\d.]+)(ms|s|m|h|d)?$/.exec(text.trim());
  if (found === null) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[found[2] ?? 'ms'] ?? 1;
  const size = Number(found[1]) * unit;
  return size > 0 ? size : undefined;
}

export function heatModel(
  frames: readonly ShownFrame[],
  options: Options,
  range: { from: number; to: number },
): HeatModel | null {
  const full = frames.filter((one) => one.length > 0);
  if (full.length === 0) return null;
  const cells = full.find((one) => one.fields.some((field) => /^y(Min|Max)?$/.test(field.name)));
  if (cells !== undefined && cells.fields.some((one) => /^(count|counts?)$/i.test(one.name))) {
    return fromCells(cells);
  }
  return options['calculate'] === true
    ? calculated(full, options, range)
    : fromRows(full, textAt(options, 'rowsFrame.layout', 'auto'));
}

/** Upper bound of a bucket as it is called: "0.5", "le=0.5", "+Inf", "0.1 - 0.5". */
export function boundOf(field: ShownField): number {
  const text = field.labels?.['le'] ?? field.displayName;
  const last = /(-?[\d.]+(?:e[+-]?\d+)?|[+-]?inf(?:inity)?)\s*$/i.exec(text)?.[1];
  if (last === undefined) return NaN;
  return /inf/i.test(last) ? (last.startsWith('-') ? -Infinity : Infinity) : Number(last);
}

function fromRows(frames: readonly ShownFrame[], layout: string): HeatModel | null {
  const found = frames.flatMap((frame) => {
    const time = timeField(frame);
    if (time === undefined) return [];
    return frame.fields
      .filter((field) => field.type === 'number' && !isHidden(field, 'viz'))
      .map((field) => ({ time, field, bound: boundOf(field) }));
  });
  if (found.length === 0) return null;
  const ordered = found.every((one) => !Number.isNaN(one.bound))
    ? [...found].sort((a, b) => a.bound - b.bound)
    : found;
  const starts = [
    ...new Set(ordered.flatMap(({ time }) => time.values.map((one) => toNumber(one) ?? 0))),
  ].sort((a, b) => a - b);
  const step = stepOf(starts, ordered[0]?.time.config.interval);
  const place = new Map(starts.map((one, i) => [one, i]));
  const counts = starts.map(() => new Array<number | null>(ordered.length).fill(null));
  ordered.forEach(({ time, field }, row) => {
    time.values.forEach((moment, i) => {
      const column = counts[place.get(toNumber(moment) ?? 0) ?? -1];
      if (column !== undefined) column[row] = toNumber(field.values[i]);
    });
  });
  const rows = ordered.map(({ field, bound }, i): HeatRow => {
    const known = !Number.isNaN(bound);
    const before = ordered[i - 1]?.bound ?? (bound > 0 ? 0 : -Infinity);
    const above = layout === 'ge';
    return {
      from: known ? (above ? bound : before) : i,
      to: known ? (above ? (ordered[i + 1]?.bound ?? Infinity) : bound) : i + 1,
      label: known ? '' : field.displayName,
    };
  });
  const valueField = ordered[0]?.field;
  // The sample at a moment tells of the step before it.
  const shifted = starts.map((one) => one - step);
  return { starts: shifted, step, rows, counts, numeric: false, log: 0, valueField };
}

function fromCells(frame: ShownFrame): HeatModel | null {
  const named = (...names: string[]) =>
    frame.fields.find((one) => names.includes(one.name.toLowerCase()));
  const x = named('xmin', 'xmax', 'x') ?? timeField(frame);
  const low = named('ymin', 'y');
  const high = named('ymax');
  const count = named('count', 'counts');
  if (x === undefined || count === undefined || (low ?? high) === undefined) return null;
  const times = x.values.map((one) => toNumber(one) ?? 0);
  const starts = [...new Set(times)].sort((a, b) => a - b);
  const step = stepOf(starts, x.config.interval);
  const bounds = new Map<string, HeatRow>();
  const keyOf = (i: number) => JSON.stringify([low?.values[i], high?.values[i]]);
  times.forEach((_, i) => {
    const from = toNumber(low?.values[i]) ?? -Infinity;
    const to = toNumber(high?.values[i]) ?? Infinity;
    bounds.set(keyOf(i), { from, to, label: '' });
  });
  const keys = [...bounds].sort(([, a], [, b]) => a.from - b.from || a.to - b.to);
  const rowOf = new Map(keys.map(([key], i) => [key, i]));
  const columnOf = new Map(starts.map((one, i) => [one, i]));
  const counts = starts.map(() => new Array<number | null>(keys.length).fill(null));
  times.forEach((time, i) => {
    const column = counts[columnOf.get(time) ?? -1];
    if (column !== undefined) column[rowOf.get(keyOf(i)) ?? 0] = toNumber(count.values[i]);
  });
  const shifted = x.name.toLowerCase() === 'xmax' ? starts.map((one) => one - step) : starts;
  const rows = keys.map(([, row]) => row);
  return { starts: shifted, step, rows, counts, numeric: false, log: 0, valueField: count };
}

function stepOf(starts: readonly number[], interval: number | undefined): number {
  if (interval !== undefined && interval > 0) return interval;
  let least = Infinity;
  for (let i = 1; i < starts.length; i++) {
    least = Math.min(least, (starts[i] ?? 0) - (starts[i - 1] ?? 0));
  }
  return Number.isFinite(least) && least > 0 ? least : 60_000;
}

function calculated(
  frames: readonly ShownFrame[],
  options: Options,
  range: { from: number; to: number },
): HeatModel | null {
  const points: { time: number; value: number }[] = [];
  let valueField: ShownField | undefined;
  for (const frame of frames) {
    const times = timeField(frame)?.values;
    if (times === undefined) continue;
    for (const field of frame.fields) {
      if (field.type !== 'number' || isHidden(field, 'viz')) continue;
      valueField ??= field;
      field.values.forEach((one, i) => {
        const value = toNumber(one);
        const time = toNumber(times[i]);
        if (value !== null && time !== null) points.push({ time, value });
      });
    }
  }
  if (points.length === 0) return null;
  const step = columnSize(options, range);
  const first = Math.floor(range.from / step) * step;
  const width = Math.min(2000, Math.max(1, Math.ceil((range.to - first) / step)));
  const log = choiceAt(
    options,
    'calculation.yBuckets.scale.type',
    ['linear', 'log', 'symlog'],
    'linear',
  );
  const base = numberAt(options, 'calculation.yBuckets.scale.log') === 10 ? 10 : 2;
  const rows = log === 'log' ? logRows(points, base) : linearRows(points, options);
  const counts = Array.from({ length: width }, () => new Array<number | null>(rows.length).fill(0));
  for (const { time, value } of points) {
    const column = counts[Math.floor((time - first) / step)];
    const row = rowAt(rows, value);
    if (column !== undefined && row >= 0) column[row] = (column[row] ?? 0) + 1;
  }
  const starts = Array.from({ length: width }, (_, i) => first + i * step);
  return { starts, step, rows, counts, numeric: true, log: log === 'log' ? base : 0, valueField };
}

function columnSize(options: Options, { from, to }: { from: number; to: number }): number {
  const value =
    textAt(options, 'calculation.xBuckets.value') ||
    String(numberAt(options, 'calculation.xBuckets.value') ?? '');
  if (textAt(options, 'calculation.xBuckets.mode') === 'count') {
    const count = Number(value);
    return niceTime((to - from) / (count > 0 ? count : 30));
  }
  return timeSize(value) ?? niceTime((to - from) / 40);
}

const MOST_ROWS = 500;

function linearRows(points: readonly { value: number }[], options: Options): HeatRow[] {
  let low = Infinity;
  let high = -Infinity;
  for (const { value } of points) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const given = numberAt(options, 'calculation.yBuckets.value');
  const count = textAt(options, 'calculation.yBuckets.mode') === 'count';
  const wanted =
    given !== undefined && given > 0 ? (count ? (high - low) / given : given) : (high - low) / 20;
  let size = !count && given !== undefined && given > 0 ? given : niceSize(wanted);
  if ((high - low) / size > MOST_ROWS) size = niceSize((high - low) / MOST_ROWS);
  const first = Math.floor(low / size) * size;
  const rows = Math.max(1, Math.floor((high - first) / size) + 1);
  return Array.from({ length: rows }, (_, i) => ({
    from: first + i * size,
    to: first + (i + 1) * size,
    label: '',
  }));
}

function logRows(points: readonly { value: number }[], base: 2 | 10): HeatRow[] {
  let low = Infinity;
  let high = 0;
  for (const { value } of points) {
    if (value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!Number.isFinite(low)) return [{ from: 0.1, to: 1, label: '' }];
  const by = (value: number) => Math.floor(Math.log(value) / Math.log(base) + 1e-9);
  const rows: HeatRow[] = [];
  for (let power = by(low); power <= by(high) && rows.length < MOST_ROWS; power++) {
    rows.push({ from: base ** power, to: base ** (power + 1), label: '' });
  }
  return rows;
}

function rowAt(rows: readonly HeatRow[], value: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row === undefined) return -1;
    if (value < row.from) high = middle - 1;
    else if (value >= row.to) low = middle + 1;
    else return middle;
  }
  return -1;
}
