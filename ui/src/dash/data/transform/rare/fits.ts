// Lines through the values: a trend, and the values without their noise.

import type { Field, FieldValue, Frame } from '../../../frame';
import { number, text } from '../../../model/json';
import { displayName } from '../../names';
import { toNumber } from '../../values';
import { movingMean } from '../calculate';
import { makeField, timeFieldOf, withFields, withNotice, type Transform } from '../types';

const MAX_POINTS = 10_000;
const MAX_DEGREE = 8;

/** Least squares by the normal equations; `x` must be near 0…1, or they lose their digits. */
export function fitPolynomial(
  x: readonly number[],
  y: readonly number[],
  degree: number,
): number[] {
  const size = degree + 1;
  const sums = Array.from({ length: 2 * size - 1 }, (_, k) =>
    x.reduce((sum, at) => sum + at ** k, 0),
  );
  const rows = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (__, j) => sums[i + j] ?? 0),
    x.reduce((sum, at, k) => sum + at ** i * (y[k] ?? 0), 0),
  ]);
  return solve(rows);
}

/** Gauss with the largest pivot; each row ends with its right side. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let i = 0; i < size; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row) => (Math.abs(row[i] ?? 0) > Math.abs(best[i] ?? 0) ? row : best));
    const at = rows.indexOf(pivot);
    [rows[i], rows[at]] = [pivot, rows[i] ?? pivot];
    const head = pivot[i] ?? 0;
    if (head === 0) continue;
    for (const [k, row] of rows.entries()) {
      if (k === i) continue;
      const factor = (row[i] ?? 0) / head;
      for (let j = i; j <= size; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return rows.map((row, i) => ((row[i] ?? 0) === 0 ? 0 : (row[size] ?? 0) / (row[i] ?? 1)));
}

const valueAt = (coefficients: readonly number[], x: number) =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

function findField(frames: readonly Frame[], name: string, otherwise: (field: Field) => boolean) {
  for (const frame of frames) {
    const field = frame.fields.find((one) =>
      name === '' ? otherwise(one) : displayName(one, frame, frames) === name,
    );
    if (field !== undefined) return { frame, field };
  }
  return undefined;
}

export const regression: Transform = (frames, options) => {
  const y = findField(frames, text(options['yFieldName']), ({ type }) => type === 'number');
  const xName = text(options['xFieldName']);
  const x =
    y === undefined ? undefined : findField([y.frame], xName, ({ type }) => type === 'time');
  if (x === undefined || y === undefined)
    return withNotice(frames, 'There is nothing to fit a line to.');
  const points = y.field.values.flatMap((value, i) => {
    const at = toNumber(x.field.values[i]);
    const to = value === null ? NaN : toNumber(value);
    return Number.isFinite(at) && Number.isFinite(to) ? [{ at, to }] : [];
  });
  const first = Math.min(...points.slice(0, 1).map(({ at }) => at));
  const from = points.reduce((least, { at }) => Math.min(least, at), first);
  const until = points.reduce((most, { at }) => Math.max(most, at), from);
  const degree = text(options['modelType']) === 'polynomial' ? (number(options['degree']) ?? 2) : 1;
  const width = until - from || 1;
  const fitted = fitPolynomial(
    points.map(({ at }) => (at - from) / width),
    points.map(({ to }) => to),
    Math.max(1, Math.min(MAX_DEGREE, Math.round(degree), points.length - 1)),
  );
  if (points.length < 2) return frames;
  const count = Math.max(2, Math.min(MAX_POINTS, number(options['predictionCount']) ?? 100));
  const xs = Array.from({ length: count }, (_, i) => from + (width * i) / (count - 1));
  const line: Field = {
    ...makeField(
      `${displayName(y.field, y.frame, frames)} trend`,
      'number',
      xs.map((at) => valueAt(fitted, (at - from) / width)),
    ),
    config:
      y.field.config.unit === undefined
        ? { custom: {} }
        : { unit: y.field.config.unit, custom: {} },
  };
  return [
    ...frames,
    {
      refId: `regression-${y.frame.refId ?? ''}`,
      fields: [{ ...x.field, values: xs }, line],
      length: count,
    },
  ];
};

/** So many points as asked, each the mean of its neighbourhood. */
function smoothed(frame: Frame, frames: readonly Frame[], points: number): Frame {
  const time = timeFieldOf(frame);
  if (time === undefined || frame.length <= points) return frame;
  const width = Math.ceil(frame.length / points);
  const half = Math.floor(width / 2);
  const rows = Array.from({ length: Math.ceil(frame.length / width) }, (_, i) =>
    Math.min(frame.length - 1, i * width + half),
  );
  const fields = frame.fields.map((field): Field => {
    const values: readonly FieldValue[] =
      field.type === 'number' ? movingMean(field.values, half, width - half - 1) : field.values;
    const name = `${displayName(field, frame, frames)} (smoothed)`;
    const config = field.type === 'number' ? { ...field.config, displayName: name } : field.config;
    return { ...field, config, values: rows.map((row) => values[row] ?? null) };
  });
  return withFields(frame, fields, rows.length);
}

export const smoothing: Transform = (frames, options) => {
  const points = Math.max(2, Math.round(number(options['resolution']) ?? 100));
  return frames.map((frame) => smoothed(frame, frames, points));
};
