// Frames for tests, in few words.

import type { Field, FieldConfig, FieldType, FieldValue, Frame } from '../frame';

export function field(
  name: string,
  type: FieldType,
  values: readonly FieldValue[],
  more: Partial<Field> & { readonly settings?: Partial<FieldConfig> } = {},
): Field {
  const { settings, ...rest } = more;
  return { name, type, values, ...rest, config: { custom: {}, ...settings } };
}

export function frame(refId: string, fields: readonly Field[], more: Partial<Frame> = {}): Frame {
  return { refId, fields, length: fields[0]?.values.length ?? 0, ...more };
}

/** One of a query's series: Time and Value. */
export function series(
  refId: string,
  labels: Readonly<Record<string, string>>,
  times: readonly number[],
  values: readonly FieldValue[],
  settings: Partial<FieldConfig> = {},
): Frame {
  return frame(refId, [
    field('Time', 'time', times),
    field('Value', 'number', values, { labels, settings }),
  ]);
}

const TYPES: readonly FieldType[] = ['time', 'number', 'string', 'boolean'];

interface WrittenFrame {
  readonly refId: string;
  readonly name?: string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: string;
    readonly values: readonly FieldValue[];
    readonly labels?: object;
    readonly config: object;
  }[];
}

/** As a file of examples has them. */
export function framesOf(written: readonly WrittenFrame[]): Frame[] {
  return written.map(({ refId, name, fields }) => {
    const decoded = fields.map((one): Field => {
      const labels: Record<string, string> = {};
      for (const [key, value] of Object.entries(one.labels ?? {})) labels[key] = String(value);
      return {
        name: one.name,
        type: TYPES.find((type) => type === one.type) ?? 'other',
        values: one.values,
        ...(one.labels === undefined ? {} : { labels }),
        config: { custom: {}, ...one.config },
      };
    });
    return frame(refId, decoded, name === undefined ? {} : { name });
  });
}

/** What a person sees of frames: names, types and values. */
export function plainly(value: unknown): unknown {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return null;
  return Array.isArray(value) ? value.map(plainly) : value;
}
