// Columns out of the texts of one: JSON, key=value pairs, a list, or whatever a pattern names.

import type { Field, FieldValue, Frame } from '../../../frame';
import type { JsonObject } from '../../../model';
import { objects, text } from '../../../model/json';
import { fieldMatcher } from '../../matchers';
import { toText } from '../../values';
import {
  guessType,
  makeField,
  timeFieldOf,
  withFields,
  withNotice,
  type Transform,
} from '../types';

type Row = ReadonlyMap<string, FieldValue>;

/** A table has no more columns than anyone could scroll through. */
const MAX_COLUMNS = 500;

function toValue(value: unknown): FieldValue {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'object':
      return value;
    default:
      return null;
  }
}

function parse(value: FieldValue): unknown {
  if (typeof value !== 'string') return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    return undefined;
  }
}

/** `a.b[0].c` */
function atPath(from: unknown, path: string): unknown {
  let at = from;
  for (const [, name, quoted, index] of path.matchAll(/([^.[\]]+)|\["([^"]*)"\]|\[(\d+)\]/g)) {
    const key = name ?? quoted ?? index ?? '';
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Object.entries(at).find(([own]) => own === key)?.[1];
  }
  return at;
}

interface Path {
  readonly path: string;
  readonly name: string;
}

function fromJson(value: FieldValue, paths: readonly Path[]): Row {
  const parsed = parse(value);
  if (typeof parsed !== 'object' || parsed === null) return new Map();
  if (paths.length > 0) {
    return new Map(paths.map(({ path, name }) => [name, toValue(atPath(parsed, path))]));
  }
  return new Map(Object.entries(parsed).map(([key, one]) => [key, toValue(one)]));
}

/** `a=1, b="two words" c:3` */
const PAIR = /"?([\w.-]+)"?\s*[=:]\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&]+)/g;

function fromPairs(value: FieldValue): Row {
  const row = new Map<string, FieldValue>();
  for (const [, key = '', word = ''] of toText(value).matchAll(PAIR)) {
    row.set(key, word.replace(/^(["'])(.*)\1$/s, '$2'));
  }
  return row;
}

function fromList(value: FieldValue, delimiter: string): Row {
  const parts = toText(value).split(delimiter);
  return new Map(
    parts.map((part): [string, FieldValue] => [part.trim(), 1]).filter(([key]) => key !== ''),
  );
}

function fromPattern(value: FieldValue, pattern: RegExp): Row {
  const found = pattern.exec(toText(value));
  if (found === null) return new Map();
  const groups = Object.entries(found.groups ?? {});
  const parts = groups.length > 0 ? groups : found.slice(1).map((part, i) => [`${i + 1}`, part]);
  return new Map(parts.map(([key = '', part]): [string, FieldValue] => [key, part ?? null]));
}

function readerFor(options: JsonObject): (value: FieldValue) => Row {
  const paths = objects(options['jsonPaths']).flatMap((one): Path[] => {
    const path = text(one['path']);
    const alias = text(one['alias']);
    return path === '' ? [] : [{ path, name: alias === '' ? path : alias }];
  });
  switch (text(options['format'], 'auto')) {
    case 'json':
      return (value) => fromJson(value, paths);
    case 'kvp':
      return fromPairs;
    case 'delimiter': {
      const delimiter = text(options['delimiter'], ',');
      return (value) => fromList(value, delimiter);
    }
    case 'regexp': {
      const [, body, flags] = /^\/(.*)\/([imsu]*)[gy]*$/s.exec(text(options['regExp'])) ?? [];
      const pattern = new RegExp(body ?? text(options['regExp'], '(?<NewField>.*)'), flags);
      return (value) => fromPattern(value, pattern);
    }
    default:
      return (value) => {
        const row = fromJson(value, []);
        return row.size > 0 ? row : fromPairs(value);
      };
  }
}

/** All numbers written as text are numbers. */
function typed(name: string, values: readonly FieldValue[]): Field {
  const numeric = values.every(
    (value) =>
      value === null ||
      typeof value === 'number' ||
      (typeof value === 'string' && /^\s*-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)),
  );
  if (numeric && values.some((value) => value !== null)) {
    return makeField(
      name,
      'number',
      values.map((value) => (value === null ? null : Number(value))),
    );
  }
  return makeField(name, guessType(values), values);
}

export const extractFields: Transform = (frames, options) => {
  const name = text(options['source']);
  if (name === '') return frames;
  const fits = fieldMatcher({ id: 'byName', options: name });
  const read = readerFor(options);
  const sourceOf = (frame: Frame) => frame.fields.find((field) => fits(field, frame, frames));
  if (frames.every((frame) => sourceOf(frame) === undefined)) {
    return withNotice(frames, `There is no field "${name}" to extract from.`);
  }
  return frames.map((frame): Frame => {
    const source = sourceOf(frame);
    if (source === undefined) return frame;
    const rows = source.values.map(read);
    const names = [...new Set(rows.flatMap((row) => [...row.keys()]))].slice(0, MAX_COLUMNS);
    const fields = names.map((one) =>
      typed(
        one,
        rows.map((row) => row.get(one) ?? null),
      ),
    );
    if (options['replace'] !== true) return withFields(frame, [...frame.fields, ...fields]);
    const time = options['keepTime'] === true ? timeFieldOf(frame) : undefined;
    return withFields(frame, time === undefined ? fields : [time, ...fields]);
  });
};
