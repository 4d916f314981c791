// What a transformation is to the list that runs it.

import type { Field, FieldType, FieldValue, Frame } from '../../frame';
import type { JsonObject } from '../../model';
import type { Interpolate } from '../dataText';

export interface TransformContext {
  readonly interpolate: Interpolate;
  /** "browser", "utc" or an IANA name. */
  readonly timezone: string;
}

/** Never changes what it is given. Options are read leniently: what makes no sense is left out. */
export type Transform = (
  frames: readonly Frame[],
  options: JsonObject,
  context: TransformContext,
) => readonly Frame[];

/** Says on the first frame what could not be done. */
export function withNotice(frames: readonly Frame[], text: string): readonly Frame[] {
  const [first, ...rest] = frames;
  if (first === undefined) return frames;
  const notices = [...(first.meta?.notices ?? []), { severity: 'warning' as const, text }];
  return [{ ...first, meta: { ...first.meta, notices } }, ...rest];
}

export function makeField(name: string, type: FieldType, values: readonly FieldValue[]): Field {
  return { name, type, values, config: { custom: {} } };
}

/** Frames with another list of fields; the rest stays. */
export function withFields(frame: Frame, fields: readonly Field[], length = frame.length): Frame {
  return { ...frame, fields, length };
}

/** These rows, in this order. */
export function withRows(frame: Frame, rows: readonly number[]): Frame {
  const fields = frame.fields.map((field) => ({
    ...field,
    values: rows.map((row) => field.values[row] ?? null),
  }));
  return withFields(frame, fields, rows.length);
}

/** Overrides by query find what was made of several by this name: "merge-A-B". */
export const joinedRef = (id: string, frames: readonly Frame[]): string =>
  `${id}-${frames.map(({ refId }) => refId ?? 'undefined').join('-')}`;

/** Without what came with the old name, so that the new one is seen. */
export function unnamed(
  config: Field['config'],
  ...keys: ('displayName' | 'displayNameFromDS' | 'unit')[]
) {
  const plain = { ...config };
  for (const key of keys) Reflect.deleteProperty(plain, key);
  return plain;
}

export const timeFieldOf = ({ fields }: Frame): Field | undefined =>
  fields.find(({ type }) => type === 'time');

/** Rows from 0 to the length, less those that do not fit. */
export function rowsWhere(frame: Frame, fits: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < frame.length; row++) if (fits(row)) rows.push(row);
  return rows;
}

export function guessType(values: readonly FieldValue[]): FieldType {
  const first = values.find((value) => value !== null);
  switch (typeof first) {
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    default:
      return 'other';
  }
}
