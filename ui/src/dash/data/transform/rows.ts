// Transformations of rows: which, in what order, and frames below each other.

import type { Field, FieldValue, Frame } from '../../frame';
import { number, object, objects, text } from '../../model/json';
import { displayName, frameName } from '../names';
import { toNumber, toText } from '../values';
import {
  joinedRef,
  makeField,
  rowsWhere,
  timeFieldOf,
  unnamed,
  withFields,
  withRows,
  type Transform,
} from './types';
import { valueMatcher } from './valueMatcher';

const { compare: compareText } = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/** What is missing goes last, whichever way the rest is sorted. */
function comparer({ type, values }: Field, descending: boolean): (a: number, b: number) => number {
  const sign = descending ? -1 : 1;
  const missing = (value: FieldValue) => value === null || value === '' || Number.isNaN(value);
  return (a, b) => {
    const x = values[a] ?? null;
    const y = values[b] ?? null;
    if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y));
    const order = type === 'string' ? compareText(toText(x), toText(y)) : toNumber(x) - toNumber(y);
    return Number.isNaN(order) ? 0 : sign * order;
  };
}

/** By the first field, rows that are equal there by the second, and so on. */
export const sortBy: Transform = (frames, options) => {
  const rules = objects(options['sort']);
  return frames.map((frame) => {
    const comparers = rules.flatMap((rule) => {
      const name = text(rule['field']);
      const field = frame.fields.find(
        (one) => displayName(one, frame) === name || displayName(one, frame, frames) === name,
      );
      return field === undefined ? [] : [comparer(field, rule['desc'] === true)];
    });
    if (comparers.length === 0) return frame;
    const rows = rowsWhere(frame, () => true).sort((a, b) => {
      for (const compare of comparers) {
        const order = compare(a, b);
        if (order !== 0) return order;
      }
      return a - b;
    });
    return withRows(frame, rows);
  });
};

const DEFAULT_LIMIT = 10;

/** A limit below zero counts from the end. */
export const limit: Transform = (frames, options) => {
  const most = Math.trunc(number(options['limitField']) ?? DEFAULT_LIMIT);
  return frames.map((frame) => {
    if (frame.length <= Math.abs(most)) return frame;
    const from = most < 0 ? frame.length + most : 0;
    return withRows(
      frame,
      Array.from({ length: Math.abs(most) }, (_, i) => from + i),
    );
  });
};

export const filterByValue: Transform = (frames, options, context) => {
  const filters = objects(options['filters']);
  if (filters.length === 0) return frames;
  const all = options['match'] === 'all';
  const include = options['type'] !== 'exclude';
  return frames.map((frame) => {
    const tests = filters.map((filter) => {
      const name = text(filter['fieldName']);
      const field = frame.fields.find((one) => displayName(one, frame, frames) === name);
      const config = object(filter['config']);
      if (field === undefined) return () => false;
      const fits = valueMatcher(text(config['id']), object(config['options']), context);
      return (row: number) => fits(field.values[row] ?? null);
    });
    const matches = (row: number) =>
      all ? tests.every((test) => test(row)) : tests.some((test) => test(row));
    return withRows(
      frame,
      rowsWhere(frame, (row) => matches(row) === include),
    );
  });
};

type Row = Map<string, FieldValue>;

const canTake = (row: Row, more: Row) => {
  for (const [name, value] of more) {
    const own = row.get(name) ?? null;
    if (own !== null && own !== value) return false;
  }
  return true;
};

/** Tables into one: rows that agree in what they share become one row. */
export const merge: Transform = (frames) => {
  if (frames.length < 2) return frames;
  const tables = frames.filter(({ fields }) => fields.length > 0);
  const [last] = tables.slice(-1);
  if (last === undefined) return frames.slice(0, 1);
  const columns = new Map<string, Field>();
  for (const { fields } of tables) {
    for (const field of fields) {
      if (!columns.has(field.name)) columns.set(field.name, field);
    }
  }
  const shared = last.fields
    .map(({ name }) => name)
    .filter((name) => tables.every(({ fields }) => fields.some((field) => field.name === name)));
  if (shared.length === 0) return frames;
  const rows: Row[] = [];
  const byKey = new Map<string, Row[]>();
  for (const table of tables) {
    const named = new Map(table.fields.map((field) => [field.name, field.values]));
    for (let i = 0; i < table.length; i++) {
      const row: Row = new Map();
      for (const [name, values] of named) row.set(name, values[i] ?? null);
      const key = JSON.stringify(shared.map((name) => row.get(name) ?? null));
      const there = byKey.get(key) ?? [];
      const takers = there.filter((one) => canTake(one, row));
      for (const taker of takers) for (const [name, value] of row) taker.set(name, value);
      if (takers.length > 0) continue;
      there.push(row);
      byKey.set(key, there);
      rows.push(row);
    }
  }
  const fields = [...columns.values()].map(({ name, type, config }): Field => ({
    name,
    type,
    config: unnamed(config, 'displayName'),
    values: rows.map((row) => row.get(name) ?? null),
  }));
  return [{ refId: joinedRef('merge', tables), fields, length: rows.length }];
};

/** Series below each other, newest first, with a column that says whose the value is. */
export const seriesToRows: Transform = (frames) => {
  const series = frames.filter(({ length }) => length > 0);
  const parts = series.flatMap((frame) => {
    const time = timeFieldOf(frame);
    const value = frame.fields.find((field) => field !== time);
    const isSeries = frame.fields.length === 2 && time !== undefined;
    return isSeries && value !== undefined ? [{ frame, time, value }] : [];
  });
  const [first] = parts;
  if (first === undefined || parts.length < series.length) return series;
  const rows = parts.flatMap(({ frame, time, value }, index) => {
    const name = frameName(frame, index);
    return time.values.map((at, i) => ({ at, name, value: value.values[i] ?? null }));
  });
  rows.sort((a, b) => toNumber(b.at) - toNumber(a.at));
  const like = (field: Field, name: string, values: FieldValue[]): Field => ({
    name,
    type: field.type,
    config: unnamed(field.config, 'displayName', 'displayNameFromDS'),
    values,
  });
  return [
    {
      refId: joinedRef('seriesToRows', series),
      fields: [
        like(
          first.time,
          'Time',
          rows.map(({ at }) => at),
        ),
        makeField(
          'Metric',
          'string',
          rows.map(({ name }) => name),
        ),
        like(
          first.value,
          'Value',
          rows.map(({ value }) => value),
        ),
      ],
      length: rows.length,
    },
  ];
};

/** All columns into one frame, short ones filled up. */
export const concatenate: Transform = (frames, options) => {
  if (frames.length < 2) return frames;
  const mode = text(options['frameNameMode'], 'field');
  const label = text(options['frameNameLabel'], 'frame');
  const length = Math.max(...frames.map((frame) => frame.length));
  const named = (field: Field, { name = '' }: Frame): Field => {
    if (name === '' || mode === 'drop') return field;
    if (mode === 'label') return { ...field, labels: { ...field.labels, [label]: name } };
    const plain = field.name === '' || field.name === 'Value';
    return { ...field, name: plain ? name : `${name} · ${field.name}` };
  };
  const fields = frames.flatMap((frame) =>
    frame.fields.map((field) => ({
      ...named(field, frame),
      values: Array.from({ length }, (_, i) => field.values[i] ?? null),
    })),
  );
  return [withFields({ fields, length }, fields, length)];
};
