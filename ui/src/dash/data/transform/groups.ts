// Groups of rows, and columns down to single values.

import type { Field, FieldType, FieldValue, Frame } from '../../frame';
import type { JsonObject } from '../../model';
import { isObject, object, text, texts } from '../../model/json';
import { fieldMatcher, type FieldMatcher } from '../matchers';
import { displayName } from '../names';
import { reduceField, reducerInfo } from '../reducers';
import { groupBy as groupItems } from '../values';
import { guessType, joinedRef, makeField, rowsWhere, withFields, type Transform } from './types';

export function reducedType(id: string, type: FieldType): FieldType {
  switch (id) {
    case 'count':
    case 'countAll':
    case 'distinctCount':
    case 'changeCount':
      return 'number';
    case 'allIsNull':
    case 'allIsZero':
      return 'boolean';
    default:
      return type;
  }
}

interface GroupRule {
  readonly groups: boolean;
  readonly aggregations: readonly string[];
}

function ruleOf(options: JsonObject, names: readonly string[]): GroupRule | undefined {
  const fields = object(options['fields']);
  const found = names.map((name) => fields[name]).find(isObject);
  if (found === undefined) return undefined;
  const aggregations = texts(found['aggregations']);
  if (found['operation'] === 'groupby') {
    // A field that groups may count its rows as well.
    const count = aggregations.length === 1 && aggregations[0] === 'count';
    return { groups: true, aggregations: count ? aggregations : [] };
  }
  return { groups: false, aggregations: found['operation'] === 'aggregate' ? aggregations : [] };
}

/** The rows of each group, in the order in which the groups appear. */
export function groupRows(frame: Frame, by: readonly Field[]): number[][] {
  const key = (row: number) => JSON.stringify(by.map(({ values }) => values[row] ?? null));
  return [
    ...groupItems(
      rowsWhere(frame, () => true),
      key,
    ).values(),
  ];
}

const plainName = ({ config, name }: Field) =>
  config.displayName === undefined || config.displayName === '' ? name : config.displayName;

function aggregated(field: Field, ids: readonly string[], groups: readonly number[][]): Field[] {
  const results = groups.map((rows) =>
    reduceField({ type: field.type, values: rows.map((row) => field.values[row] ?? null) }, ids),
  );
  return ids.map((id) =>
    makeField(
      `${plainName(field)} (${id})`,
      reducedType(id, field.type),
      results.map((result) => result[id] ?? null),
    ),
  );
}

export const groupBy: Transform = (frames, options) => {
  const rules = (frame: Frame) =>
    frame.fields.map((field) => {
      const names = [plainName(field), field.name, displayName(field, frame, frames)];
      return { field, rule: ruleOf(options, names) };
    });
  const wanted = Object.values(object(options['fields'])).some(
    (rule) => isObject(rule) && rule['operation'] === 'groupby',
  );
  if (!wanted) return frames;
  return frames.flatMap((frame) => {
    const ruled = rules(frame);
    const by = ruled.filter(({ rule }) => rule?.groups === true).map(({ field }) => field);
    if (by.length === 0) return [];
    const groups = groupRows(frame, by);
    const keys = by.map(({ name, type, config, values }): Field => ({
      name,
      type,
      config,
      values: groups.map(([first = 0]) => values[first] ?? null),
    }));
    const calculated = ruled.flatMap(({ field, rule }) =>
      aggregated(field, rule?.aggregations ?? [], groups),
    );
    const { refId } = frame;
    return [
      {
        ...(refId === undefined ? {} : { refId }),
        fields: [...keys, ...calculated],
        length: groups.length,
      },
    ];
  });
};

function labelNames(frames: readonly Frame[]): string[] {
  const names = frames.flatMap(({ fields }) =>
    fields.flatMap(({ labels }) => Object.keys(labels ?? {})),
  );
  return [...new Set(names)];
}

/** A row for each field: its name, its labels where asked, and what it came down to. */
function toRows(
  frames: readonly Frame[],
  fits: FieldMatcher,
  ids: readonly string[],
  withLabels: boolean,
): Frame[] {
  if (frames.length === 0) return [];
  const rows = frames.flatMap((frame) =>
    frame.fields
      .filter((field) => fits(field, frame, frames))
      .map((field) => ({
        name: withLabels ? field.name : displayName(field, frame, frames),
        labels: field.labels,
        results: reduceField(field, ids),
      })),
  );
  const labels = withLabels ? labelNames(frames) : [];
  const calcs = ids.map((id): Field => {
    const values = rows.map(({ results }) => results[id] ?? null);
    return makeField(reducerInfo(id)?.name ?? id, guessType(values), values);
  });
  const fields = [
    makeField(
      'Field',
      'string',
      rows.map(({ name }) => name),
    ),
    ...labels.map((label) =>
      makeField(
        label,
        'string',
        rows.map((row) => row.labels?.[label] ?? null),
      ),
    ),
    ...calcs,
  ];
  return [{ refId: joinedRef('reduce', frames), fields, length: rows.length }];
}

function keptType(id: string, type: FieldType): FieldType {
  if (/^(first|last)(NotNull)?$/.test(id)) return type;
  return id === 'allValues' || id === 'uniqueValues' ? 'other' : 'number';
}

/** Every field of its own down to one row. */
function toFields(frames: readonly Frame[], fits: FieldMatcher, ids: readonly string[]): Frame[] {
  return frames.flatMap((frame) => {
    const fields = frame.fields
      .filter((field) => fits(field, frame, frames))
      .flatMap((field) => {
        const results = reduceField(field, ids);
        return ids.map((id): Field => {
          const value: FieldValue = results[id] ?? null;
          const reducer = ids.length > 1 ? { reducer: reducerInfo(id)?.name ?? id } : {};
          return {
            ...field,
            type: keptType(id, field.type),
            labels: { ...field.labels, ...reducer },
            values: [value],
          };
        });
      });
    return fields.length === 0 ? [] : [withFields(frame, fields, 1)];
  });
}

export const reduce: Transform = (frames, options) => {
  const ids = texts(options['reducers']);
  if (ids.length === 0) return frames;
  const { fields: chosen } = options;
  const toOneRow = options['mode'] === 'reduceFields';
  const fits: FieldMatcher = isObject(chosen)
    ? fieldMatcher({ id: text(chosen['id']), options: chosen['options'] })
    : ({ type }) => type !== 'time' || (toOneRow && options['includeTimeField'] === true);
  return toOneRow
    ? toFields(frames, fits, ids)
    : toRows(frames, fits, ids, options['labelsToFields'] === true);
};
