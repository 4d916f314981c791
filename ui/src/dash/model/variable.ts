// One variable between JSON and the type. `current` comes in every shape: a word, a list, All as
// "$__all" or as "All", nothing at all.

import type {
  AdhocFilter,
  Json,
  JsonObject,
  Variable,
  VariableOption,
  VariableType,
} from '../model';
import {
  flag,
  isObject,
  list,
  number,
  object,
  objects,
  patch,
  text,
  texts,
  type Draft,
} from './json';
import { cloneJson } from './json';
import { sourceRef, writeRef } from './sources';

const TYPES: readonly VariableType[] = [
  'query',
  'datasource',
  'interval',
  'textbox',
  'custom',
  'constant',
  'adhoc',
  'groupby',
  'switch',
  'system',
];

function queryText(raw: JsonObject): string {
  const query = raw['query'];
  if (isObject(query)) return text(query['query'], text(query['expr'], text(raw['definition'])));
  return query === undefined || query === null ? text(raw['definition']) : text(query);
}

function hide(raw: Json | undefined): 0 | 1 | 2 | 3 {
  if (raw === 'hideLabel') return 1;
  if (raw === 'hideVariable') return 2;
  return ([0, 1, 2, 3] as const).find((one) => one === number(raw)) ?? 0;
}

function refresh(raw: Json | undefined): 0 | 1 | 2 {
  if (raw === true) return 1;
  return ([0, 1, 2] as const).find((one) => one === number(raw)) ?? 0;
}

export function readOption(raw: JsonObject): VariableOption {
  const value = texts(raw['value'])[0] ?? texts(raw['text'])[0] ?? '';
  return { text: texts(raw['text'])[0] ?? value, value };
}

function filterOf(raw: JsonObject): AdhocFilter {
  return {
    key: text(raw['key']),
    operator: text(raw['operator'], '='),
    value: text(raw['value']),
  };
}

export function readVariable(raw: JsonObject): Variable {
  const current = object(raw['current']);
  const values = texts(current['value']);
  const names = texts(current['text']);
  const allValue = raw['allValue'];
  return {
    name: text(raw['name']),
    label: text(raw['label']),
    description: text(raw['description']),
    type: TYPES.find((one) => one === raw['type']) ?? 'query',
    hide: hide(raw['hide']),
    skipUrlSync: flag(raw['skipUrlSync']),
    datasource: sourceRef(raw['datasource']),
    query: queryText(raw),
    regex: text(raw['regex']),
    sort: number(raw['sort']) ?? 0,
    refresh: refresh(raw['refresh']),
    multi: flag(raw['multi']),
    includeAll: flag(raw['includeAll']),
    allValue:
      allValue === undefined || allValue === null || allValue === '' ? null : text(allValue),
    allowCustomValue: flag(raw['allowCustomValue'], true),
    auto: flag(raw['auto']),
    autoCount: number(raw['auto_count']) ?? 30,
    autoMin: text(raw['auto_min'], '10s'),
    current: { text: names.length > 0 ? names : values, value: values },
    options: objects(raw['options']).map(readOption),
    filters: objects(raw['filters']).map(filterOf),
    raw,
  };
}

function writeQuery(variable: Variable): Draft | string {
  const query = variable.raw['query'];
  if (!isObject(query)) return variable.query;
  return patch(query, [['query', variable.query, undefined]]);
}

function writeCurrent(variable: Variable): Draft {
  const { text: names, value } = variable.current;
  const many = variable.multi;
  return patch(object(variable.raw['current']), [
    ['text', many ? names : (names[0] ?? ''), undefined],
    ['value', many ? value : (value[0] ?? ''), undefined],
  ]);
}

export function writeVariable(variable: Variable): Draft {
  const was = readVariable(variable.raw);
  const ref = () => cloneJson(writeRef(variable.datasource));
  return patch(variable.raw, [
    ['name', variable.name, was.name],
    ['label', variable.label, was.label],
    ['description', variable.description, was.description],
    ['type', variable.type, variable.raw['type']],
    ['hide', variable.hide, was.hide],
    ['skipUrlSync', variable.skipUrlSync, was.skipUrlSync],
    ['datasource', variable.datasource, was.datasource, ref],
    ['query', variable.query, was.query, () => writeQuery(variable)],
    [
      'definition',
      variable.query,
      was.query,
      () => (variable.type === 'query' ? variable.query : cloneJson(variable.raw['definition'])),
    ],
    ['regex', variable.regex, was.regex],
    ['sort', variable.sort, was.sort],
    ['refresh', variable.refresh, was.refresh],
    ['multi', variable.multi, was.multi],
    ['includeAll', variable.includeAll, was.includeAll],
    ['allValue', variable.allValue, was.allValue],
    ['allowCustomValue', variable.allowCustomValue, was.allowCustomValue],
    ['auto', variable.auto, was.auto],
    ['auto_count', variable.autoCount, was.autoCount],
    ['auto_min', variable.autoMin, was.autoMin],
    ['current', variable.current, was.current, () => writeCurrent(variable)],
    ['options', variable.options, was.options],
    ['filters', variable.filters, was.filters],
  ]);
}

export const EMPTY_VARIABLE: Variable = readVariable({ type: 'query', refresh: 1 });

/** Values of a `custom` or `interval` list: "a, b, label : value", a comma of a value as "\,". */
export function splitValues(query: string): VariableOption[] {
  const parts = query.match(/(?:\\,|[^,])+/g) ?? [];
  return parts
    .map((part) => part.replaceAll('\\,', ',').trim())
    .filter((part) => part !== '')
    .map((part) => {
      const pair = /^(.+?)\s+:\s+(.+)$/.exec(part);
      return pair === null
        ? { text: part, value: part }
        : { text: (pair[1] ?? '').trim(), value: (pair[2] ?? '').trim() };
    });
}

/** `valuesFormat: "json"`: a list of words, or of `{text, value}`. */
export function jsonValues(query: string): VariableOption[] {
  try {
    const parsed: unknown = JSON.parse(query);
    return list(cloneJson(parsed)).map((one) =>
      isObject(one) ? readOption(one) : { text: text(one), value: text(one) },
    );
  } catch {
    return [];
  }
}
