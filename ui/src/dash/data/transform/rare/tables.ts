// Tables turned on their side, spread out or folded up.

import type { Field, FieldValue, Frame } from '../../../frame';
import type { Json, JsonObject } from '../../../model';
import { isObject, object, objects, text, texts } from '../../../model/json';
import { fieldMatcher } from '../../matchers';
import { displayName } from '../../names';
import { groupBy as groupItems, toText } from '../../values';
import { groupBy, groupRows } from '../groups';
import {
  makeField,
  rowsWhere,
  unnamed,
  withFields,
  withNotice,
  withRows,
  type Transform,
} from '../types';

function emptyOf(word: Json | undefined): FieldValue {
  switch (word) {
    case 'null':
      return null;
    case 'true':
      return true;
    case 'false':
      return false;
    case 'zero':
      return 0;
    default:
      return '';
  }
}

function fieldNamed(frame: Frame, name: string): Field | undefined {
  const fits = fieldMatcher({ id: 'byName', options: name });
  return frame.fields.find((field) => fits(field, frame, [frame]));
}

/** Columns out of one field, rows out of another, and what stands where they meet. */
export const groupingToMatrix: Transform = (frames, options) => {
  const [frame] = frames;
  if (frame === undefined || frames.length > 1) return frames;
  const names = ['columnField', 'rowField', 'valueField'].map((key) => text(options[key]));
  const [columnName = '', rowName = ''] = names;
  const [columns, rows, cells] = names.map((name) => fieldNamed(frame, name));
  if (columns === undefined || rows === undefined || cells === undefined) return frames;
  const empty = emptyOf(options['emptyValue']);
  const rowKeys = [...new Set(rows.values)];
  const found = new Map<FieldValue, Map<FieldValue, FieldValue>>();
  for (const [i, column] of columns.values.entries()) {
    const own = found.get(column) ?? new Map<FieldValue, FieldValue>();
    found.set(column, own.set(rows.values[i] ?? null, cells.values[i] ?? null));
  }
  const sides = [...found].map(([column, own]): Field => ({
    name: toText(column),
    type: cells.type,
    values: rowKeys.map((key) => own.get(key) ?? empty),
    config: unnamed(cells.config, 'displayName', 'displayNameFromDS'),
  }));
  const corner: Field = {
    name: `${rowName}\\${columnName}`,
    type: rows.type,
    values: rowKeys,
    config: rows.config,
  };
  return [{ fields: [corner, ...sides], length: rowKeys.length }];
};

function transposed(frame: Frame, frames: readonly Frame[], options: JsonObject): Frame {
  const [first] = frame.fields;
  if (first === undefined) return frame;
  const empty = toText(emptyOf(options['emptyValue']));
  const firstName = text(options['firstFieldName']) || 'Field';
  const restName = text(options['restFieldsName']) || 'Value';
  const headed = first.type === 'string' || first.type === 'time';
  const turned = headed ? frame.fields.slice(1) : frame.fields;
  const types = new Set(turned.map(({ type }) => type));
  const [type = 'string'] = types.size === 1 ? types : [];
  const asText = (value: FieldValue) => (value === null ? empty : toText(value));
  const columns = rowsWhere(frame, () => true).map((row): Field => {
    const header = asText(first.values[row] ?? null);
    const values = turned.map(({ values: own }) => {
      const value = own[row] ?? null;
      return type === 'string' ? asText(value) : value;
    });
    const labels = headed ? { [first.name]: header } : { row: String(row + 1) };
    return { ...makeField(restName, type, values), labels };
  });
  const names = turned.map((field) => displayName(field, frame, frames));
  return {
    ...withFields(frame, [makeField(firstName, 'string', names), ...columns], names.length),
    refId: `transpose-${frame.refId ?? 'undefined'}`,
  };
}

export const transpose: Transform = (frames, options) =>
  frames.map((frame) => transposed(frame, frames, options));

/** Rules by matcher, as newer dashboards have them, told as those by name. */
function namedRules(options: JsonObject): JsonObject {
  const rules = objects(options['rules']).flatMap((rule) => {
    const name = text(object(rule['matcher'])['options']);
    return name === '' ? [] : [[name, rule] as const];
  });
  return rules.length === 0 ? options : { ...options, fields: Object.fromEntries(rules) };
}

/** The groups alone: tables here have no tables inside. */
export const groupToNestedTable: Transform = (frames, options, context) => {
  const grouped = groupBy(frames, namedRules(options), context);
  return grouped === frames
    ? frames
    : withNotice(grouped, 'The rows inside of the groups are not shown.');
};

interface Naming {
  readonly asLabels: boolean;
  readonly withNames: boolean;
  readonly append: boolean;
  readonly between: string;
  readonly separator: string;
}

function namingOf(json: Json | undefined): Naming {
  const naming = isObject(json) ? json : { asLabels: true };
  return {
    asLabels: naming['asLabels'] === true,
    withNames: naming['withNames'] === true,
    append: naming['append'] === true,
    between: text(naming['separator1'], '='),
    separator: text(naming['separator2'], ' '),
  };
}

/** A frame for each combination of values; told apart by labels or by name. */
export const partitionByValues: Transform = (frames, options) => {
  const [frame] = frames;
  const names = texts(options['fields']);
  if (frame === undefined || frames.length > 1 || names.length === 0) return frames;
  const fits = fieldMatcher({ id: 'byNames', options: { names } });
  const keys = frame.fields.filter((field) => fits(field, frame, frames));
  if (keys.length === 0) return frames;
  const keepsKeys = options['keepFields'] === true;
  const naming = namingOf(options['naming']);
  return groupRows(frame, keys).map((rows) => {
    const part = withRows(frame, rows);
    const values = keys.map((key) => [key.name, toText(key.values[rows[0] ?? 0])] as const);
    const words = values.map(([name, value]) =>
      naming.withNames ? name + naming.between + value : value,
    );
    const name = [...(naming.append ? [frame.name ?? ''] : []), ...words].join(naming.separator);
    const fields = part.fields
      .filter((_, i) => keepsKeys || !keys.some((key) => key === frame.fields[i]))
      .map((field) =>
        naming.asLabels
          ? { ...field, labels: { ...field.labels, ...Object.fromEntries(values) } }
          : field,
      );
    return { ...withFields(part, fields), ...(naming.asLabels ? {} : { name }) };
  });
};

/** A row for each combination of the other labels, a column for each value of one label. */
export const joinByLabels: Transform = (frames, options) => {
  const by = text(options['value']);
  const wanted = texts(options['join']);
  const series = frames.flatMap(({ fields }) =>
    fields.filter(({ labels }) => labels?.[by] !== undefined),
  );
  if (by === '' || series.length === 0) {
    return withNotice(frames, `No series has the label "${by}" to join by.`);
  }
  const labelsOf = ({ labels = {} }: Field) =>
    Object.keys(labels).filter(
      (name) => name !== by && (wanted.length === 0 || wanted.includes(name)),
    );
  const names = wanted.length > 0 ? wanted : [...new Set(series.flatMap(labelsOf))];
  const key = ({ labels }: Field) => JSON.stringify(names.map((name) => labels?.[name] ?? ''));
  const groups = [...groupItems(series, key).values()];
  const columns = [...new Set(series.map(({ labels }) => labels?.[by] ?? ''))];
  // Each group takes as many rows as its longest series; mostly that is one.
  const rows = groups.flatMap((group) => {
    const length = Math.max(...group.map(({ values }) => values.length));
    const of = new Map(group.map((field) => [field.labels?.[by] ?? '', field.values]));
    return Array.from({ length }, (_, i) => ({ labels: group[0]?.labels ?? {}, of, i }));
  });
  return [
    {
      fields: [
        ...names.map((name) =>
          makeField(
            name,
            'string',
            rows.map(({ labels }) => labels[name] ?? null),
          ),
        ),
        ...columns.map((column) =>
          makeField(
            column,
            series.find(({ labels }) => labels?.[by] === column)?.type ?? 'number',
            rows.map(({ of, i }) => of.get(column)?.[i] ?? null),
          ),
        ),
      ],
      length: rows.length,
    },
  ];
};
