// Frames side by side: rows that have the same value in one field become one row.

import type { Field, FieldValue, Frame } from '../../frame';
import { text } from '../../model/json';
import { fieldMatcher, type FieldMatcher } from '../matchers';
import { joinedRef, timeFieldOf, withNotice, type Transform } from './types';

/** A join may make many rows of few; more than these no table shows. */
const MAX_ROWS = 1_000_000;

interface Part {
  readonly keys: readonly FieldValue[];
  readonly columns: readonly (readonly FieldValue[])[];
}

interface Parts {
  readonly parts: readonly Part[];
  /** The key first, then the columns in order. */
  readonly fields: readonly Field[];
  /** A frame had no such field. */
  readonly dropped: boolean;
}

/** Where no field is named: the times, or the first column that all frames have. */
function bestField(frames: readonly Frame[]): FieldMatcher {
  const [first] = frames;
  if (first !== undefined && timeFieldOf(first) !== undefined) {
    return fieldMatcher({ id: 'firstTimeField', options: undefined });
  }
  const common = first?.fields.find(({ name }) =>
    frames.every(({ fields }) => fields.some((field) => field.name === name)),
  );
  return (field) => field.name === common?.name;
}

/** Series are called after their frame, tables' columns are told apart by it. */
function joinedField(field: Field, frame: Frame): Field {
  const { name: frameName = '' } = frame;
  const labels = field.labels ?? {};
  if (frameName === '') return { ...field, labels };
  if (field.name === 'Value') return { ...field, name: frameName, labels };
  return { ...field, labels: { name: frameName, ...labels } };
}

function partsOf(frames: readonly Frame[], isKey: FieldMatcher): Parts {
  const parts: Part[] = [];
  const fields: Field[] = [];
  let keyField: Field | undefined;
  for (const frame of frames) {
    const key = frame.fields.find((field) => isKey(field, frame, frames));
    if (key === undefined) continue;
    keyField ??= key;
    const others = frame.fields.filter((field) => field !== key);
    fields.push(...others.map((field) => joinedField(field, frame)));
    parts.push({ keys: key.values, columns: others.map(({ values }) => values) });
  }
  return {
    parts,
    fields: keyField === undefined ? [] : [keyField, ...fields],
    dropped: parts.length < frames.length,
  };
}

type Columns = readonly (readonly FieldValue[])[];

function sameKeys(a: readonly FieldValue[], b: readonly FieldValue[]): boolean {
  return a === b || (a.length === b.length && a.every((key, i) => key === b[i]));
}

/** Numbers and times rise; texts stay in the order in which they came. */
function sortRows(keys: readonly FieldValue[]): number[] {
  const rows = keys.map((_, row) => row);
  if (keys.some((key) => typeof key === 'string')) return rows;
  return rows.sort((a, b) => Number(keys[a]) - Number(keys[b]));
}

const inOrder = (columns: Columns, rows: readonly number[]): Columns =>
  columns.map((column) => rows.map((row) => column[row] ?? null));

/** One row a key; of a key that a frame has twice the last counts. */
function outer(parts: readonly Part[]): Columns {
  const [first] = parts;
  if (first === undefined) return [];
  if (parts.every(({ keys }) => sameKeys(keys, first.keys))) {
    const columns = [first.keys, ...parts.flatMap((part) => part.columns)];
    return inOrder(columns, sortRows(first.keys));
  }
  const keys = [...new Set(parts.flatMap((part) => part.keys))];
  const sorted = sortRows(keys).map((row) => keys[row] ?? null);
  const rowOf = new Map(sorted.map((key, row) => [key, row]));
  const columns = parts.flatMap((part) =>
    part.columns.map((values) => {
      const column = new Array<FieldValue>(sorted.length).fill(null);
      for (const [i, key] of part.keys.entries()) {
        const row = rowOf.get(key);
        const value = values[i] ?? null;
        if (row !== undefined && value !== null) column[row] = value;
      }
      return column;
    }),
  );
  return [sorted, ...columns];
}

const NONE = -1;

/** Every row of one side with every row of the other that has its key. */
function pairs(
  left: readonly FieldValue[],
  right: readonly FieldValue[],
  keepAll: boolean,
): [number[], number[]] {
  const rowsOf = new Map<FieldValue, number[]>();
  for (const [row, key] of right.entries()) {
    const rows = rowsOf.get(key);
    if (rows === undefined) rowsOf.set(key, [row]);
    else rows.push(row);
  }
  const matched: [number[], number[]] = [[], []];
  const push = (a: number, b: number) => {
    if (matched[0].length >= MAX_ROWS) return;
    matched[0].push(a);
    matched[1].push(b);
  };
  const seen = new Set<FieldValue>();
  const alone: number[] = [];
  for (const [row, key] of left.entries()) {
    const rows = key === null ? undefined : rowsOf.get(key);
    if (rows === undefined) alone.push(row);
    else for (const other of rows) push(row, other);
    if (rows !== undefined) seen.add(key);
  }
  if (keepAll) {
    for (const row of alone) push(row, NONE);
    for (const [key, rows] of rowsOf) {
      if (!seen.has(key)) for (const row of rows) push(NONE, row);
    }
  }
  return matched;
}

const pick = (column: readonly FieldValue[], rows: readonly number[]) =>
  rows.map((row) => (row === NONE ? null : (column[row] ?? null)));

function tabular(parts: readonly Part[], keepAll: boolean): Columns {
  const [first, ...rest] = parts;
  if (first === undefined) return [];
  let table: Columns = [first.keys, ...first.columns];
  for (const { keys, columns } of rest) {
    const own = table[0] ?? [];
    const [left, right] = pairs(own, keys, keepAll);
    const joined = left.map((row, i) =>
      row === NONE ? (keys[right[i] ?? 0] ?? null) : (own[row] ?? null),
    );
    table = [
      joined,
      ...table.slice(1).map((column) => pick(column, left)),
      ...columns.map((column) => pick(column, right)),
    ];
  }
  return table;
}

function joinColumns({ parts, dropped }: Parts, mode: string): Columns {
  switch (mode) {
    case 'inner':
      return dropped ? [] : tabular(parts, false);
    case 'outerTabular':
      return tabular(parts, true);
    default:
      return outer(parts);
  }
}

export function joinFrames(
  frames: readonly Frame[],
  isKey: FieldMatcher,
  mode: string,
): Frame | undefined {
  const parts = partsOf(frames, isKey);
  if (parts.fields.length === 0) return undefined;
  const columns = joinColumns(parts, mode);
  return {
    refId: joinedRef('joinByField', frames),
    fields: parts.fields.map((field, i) => ({ ...field, values: columns[i] ?? [] })),
    length: columns[0]?.length ?? 0,
  };
}

export const joinByField: Transform = (frames, options) => {
  if (frames.length < 2) return frames;
  const name = text(options['byField']);
  const isKey = name === '' ? bestField(frames) : fieldMatcher({ id: 'byName', options: name });
  const withSome = frames.filter(({ fields }) => fields.length > 0);
  const joined = joinFrames(withSome, isKey, text(options['mode'], 'outer'));
  if (joined !== undefined) return [joined];
  return withNotice(frames, `There is no field "${name}" to join by.`);
};

/** Series of one clock become columns of one table; anything else stays. */
export const ensureColumns: Transform = (frames, _, context) => {
  const names = new Set(frames.map((frame) => timeFieldOf(frame)?.name));
  const [name] = names;
  if (frames.length < 2 || names.size !== 1 || name === undefined) return frames;
  return joinByField(frames, { byField: name }, context);
};
