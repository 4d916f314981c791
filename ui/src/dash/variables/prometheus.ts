// The queries of variables and what they ask of Prometheus' API: label_names(), label_values(…),
// metrics(…), query_result(…), and any other text as a selector of series.

import type { TimeRangeMs } from '../frame';
import type { Json, JsonObject } from '../model';
import { asJson, isList, isObject, list, object, objects, text, texts } from '../model/json';

export type VariableQuery =
  | { readonly kind: 'label_names'; readonly pattern: string }
  | { readonly kind: 'label_values'; readonly label: string; readonly selector: string }
  | { readonly kind: 'metrics'; readonly pattern: string }
  | { readonly kind: 'query_result'; readonly expr: string }
  | { readonly kind: 'series'; readonly selector: string };

export interface VariableCall {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

const LIMIT = '40000';

function labelName(raw: string): string {
  const label = raw.trim();
  return /^".*"$/.test(label) ? label.slice(1, -1).replace(/\\(["\\])/g, '$1') : label;
}

/** Null where there is nothing to ask. */
export function parseVariableQuery(query: string): VariableQuery | null {
  const whole = query.trim();
  if (whole === '') return null;
  const call = /^(\w+)\s*\(([\s\S]*)\)$/.exec(whole);
  const argument = (call?.[2] ?? '').trim();
  switch (call?.[1]) {
    case 'label_names':
      return { kind: 'label_names', pattern: argument };
    case 'metrics':
      return { kind: 'metrics', pattern: argument };
    case 'query_result':
      return { kind: 'query_result', expr: argument };
    case 'label_values': {
      const comma = lastComma(argument);
      const selector = argument.slice(0, Math.max(comma, 0)).trim();
      const label = labelName(argument.slice(comma + 1));
      return { kind: 'label_values', label, selector: /^\{\s*\}$/.test(selector) ? '' : selector };
    }
    default:
      return { kind: 'series', selector: whole };
  }
}

/** The one before the label; a quoted label may hold commas itself. */
function lastComma(argument: string): number {
  const quoted = /,\s*"(?:[^"\\]|\\.)*"\s*$/.exec(argument);
  return quoted === null ? argument.lastIndexOf(',') : quoted.index;
}

/** Names that are not plain words go into a path as `U__…`. */
export function pathLabel(label: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) return label;
  const escaped = label.replace(/^[0-9]|[^a-zA-Z0-9]/gu, (c) =>
    c === '_' ? '__' : `_${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}_`,
  );
  return `U__${escaped}`;
}

function seconds(ms: number): string {
  return String(ms / 1000);
}

export function variableCall(query: VariableQuery, range: TimeRangeMs): VariableCall {
  const times = { start: seconds(range.from), end: seconds(range.to), limit: LIMIT };
  switch (query.kind) {
    case 'label_names': {
      const named = query.pattern === '' ? {} : { 'match[]': `{__name__=~".*${query.pattern}.*"}` };
      return { path: '/api/v1/labels', params: { ...times, ...named } };
    }
    case 'label_values': {
      const path = `/api/v1/label/${encodeURIComponent(pathLabel(query.label))}/values`;
      const match = query.selector === '' ? {} : { 'match[]': query.selector };
      return { path, params: { ...times, ...match } };
    }
    case 'metrics':
      return { path: '/api/v1/label/__name__/values', params: times };
    case 'query_result':
      return { path: '/api/v1/query', params: { query: query.expr, time: seconds(range.to) } };
    case 'series':
      return { path: '/api/v1/series', params: { ...times, 'match[]': query.selector } };
  }
}

function seriesName(labels: JsonObject): string {
  const rest = Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}="${text(value)}"`);
  return `${text(labels['__name__'])}{${rest.join(',')}}`;
}

function sampleWords(sample: Json | undefined): string {
  const [time, value] = list(sample);
  const ms = typeof time === 'number' ? Math.round(time * 1000) : 0;
  return `${text(value)} ${ms}`;
}

function queryResult(data: JsonObject): string[] {
  const result = data['result'];
  // A scalar is one sample, not a list of series.
  if (isList(result) && !result.some(isObject)) return [text(result[1])];
  return objects(result).map((one) => {
    const sample = one['value'] ?? list(one['values']).at(-1);
    return `${seriesName(object(one['metric']))} ${sampleWords(sample)}`;
  });
}

/** `data` is that of Prometheus' answer. */
export function variableValues(query: VariableQuery, data: unknown): string[] {
  const raw = asJson(data);
  switch (query.kind) {
    case 'label_names':
      return texts(raw).filter((name) => query.pattern === '' || name !== '__name__');
    case 'label_values':
      return texts(raw);
    case 'metrics':
      return matching(texts(raw), query.pattern);
    case 'query_result':
      return queryResult(object(raw));
    case 'series':
      return objects(raw).map(seriesName);
  }
}

function matching(names: readonly string[], pattern: string): string[] {
  try {
    const regex = new RegExp(pattern);
    return names.filter((name) => regex.test(name));
  } catch {
    return [];
  }
}
