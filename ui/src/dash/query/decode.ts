// The answer of /api/ds/query as frames. Numbers that JSON has no word for stand as null and are
// told of in `entities`; here they become NaN and the infinities again. Lenient: what is not as
// expected is left out, a panel never falls over its data.

import type { Field, FieldConfig, FieldType, FieldValue, Frame, FrameMeta } from '../frame';
import type { Json, JsonObject } from '../model';
import { dataLinks, fieldColor, thresholds, valueMappings } from '../model/fieldConfig';
import { asJson, flag, isList, isObject, list, number, object, objects, text } from '../model/json';

export interface QueryError {
  readonly message: string;
  readonly status: number;
}

export interface RefResult {
  readonly refId: string;
  readonly frames: readonly Frame[];
  readonly error: QueryError | null;
  readonly timeMs: number | null;
}

const TYPES = new Map<string, FieldType>([
  ['time', 'time'],
  ['number', 'number'],
  ['string', 'string'],
  ['boolean', 'boolean'],
]);

const ENTITIES: readonly (readonly [string, number])[] = [
  ['NaN', NaN],
  ['Inf', Infinity],
  ['NegInf', -Infinity],
];

function column(raw: Json | undefined, entities: Json | undefined, length: number): FieldValue[] {
  const values: FieldValue[] = [];
  for (const one of list(raw)) values.push(one);
  while (values.length < length) values.push(null);
  if (isObject(entities)) {
    for (const [name, value] of ENTITIES) {
      for (const index of list(entities[name])) {
        if (typeof index === 'number' && index >= 0 && index < length) values[index] = value;
      }
    }
  }
  return values;
}

/** Field configuration as it comes with data, in the panel's own words. */
export function decodeConfig(raw: JsonObject): FieldConfig {
  const plain: Record<string, string | number | boolean> = {};
  for (const key of ['unit', 'displayName', 'displayNameFromDS', 'noValue']) {
    if (typeof raw[key] === 'string') plain[key] = text(raw[key]);
  }
  for (const key of ['decimals', 'min', 'max', 'interval']) {
    const value = number(raw[key]);
    if (value !== undefined) plain[key] = value;
  }
  for (const key of ['filterable', 'fieldMinMax']) {
    if (typeof raw[key] === 'boolean') plain[key] = flag(raw[key]);
  }
  const color = fieldColor(raw['color']);
  const limits = thresholds(raw['thresholds']);
  return {
    ...plain,
    ...(color === undefined ? {} : { color }),
    ...(limits === undefined ? {} : { thresholds: limits }),
    ...(isList(raw['mappings']) ? { mappings: valueMappings(raw['mappings']) } : {}),
    ...(isList(raw['links']) ? { links: dataLinks(raw['links']) } : {}),
    custom: object(raw['custom']),
  };
}

function labelsOf(raw: Json | undefined): Record<string, string> | undefined {
  if (!isObject(raw)) return undefined;
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, text(value)]));
}

function metaOf(raw: Json | undefined): FrameMeta | undefined {
  if (!isObject(raw)) return undefined;
  const notices = objects(raw['notices']).map((notice) => {
    const word = text(notice['severity']);
    const severity: 'info' | 'warning' | 'error' =
      word === 'error' || word === 'info' ? word : 'warning';
    return { severity, text: text(notice['text']) };
  });
  return {
    ...(raw['type'] === undefined ? {} : { type: text(raw['type']) }),
    ...(raw['executedQueryString'] === undefined
      ? {}
      : { executedQuery: text(raw['executedQueryString']) }),
    ...(notices.length === 0 ? {} : { notices }),
    ...(isObject(raw['custom']) ? { custom: raw['custom'] } : {}),
  };
}

function decodeFrame(raw: JsonObject, refId: string): Frame {
  const schema = object(raw['schema']);
  const data = object(raw['data']);
  const values = list(data['values']);
  const entities = list(data['entities']);
  const length = values.reduce<number>((most, one) => Math.max(most, list(one).length), 0);
  const fields = objects(schema['fields']).map((field, i): Field => {
    const labels = labelsOf(field['labels']);
    return {
      name: text(field['name']),
      type: TYPES.get(text(field['type'])) ?? 'other',
      values: column(values[i], entities[i], length),
      ...(labels === undefined ? {} : { labels }),
      config: decodeConfig(object(field['config'])),
    };
  });
  const meta = metaOf(schema['meta']);
  return {
    refId: text(schema['refId'], refId),
    ...(typeof schema['name'] === 'string' && schema['name'] !== ''
      ? { name: schema['name'] }
      : {}),
    ...(meta === undefined ? {} : { meta }),
    fields,
    length,
  };
}

export function decodeFrames(raw: Json | undefined, refId: string): Frame[] {
  return objects(raw).map((frame) => decodeFrame(frame, refId));
}

/** One result a ref that the answer names; a ref that it does not name is not there. */
export function decodeResults(body: unknown): Map<string, RefResult> {
  const results = new Map<string, RefResult>();
  const answer = asJson(body);
  for (const [refId, raw] of Object.entries(object(object(answer)['results']))) {
    const result = object(raw);
    const message = text(result['error']);
    results.set(refId, {
      refId,
      frames: decodeFrames(result['frames'], refId),
      error: message === '' ? null : { message, status: number(result['status']) ?? 500 },
      timeMs: number(result['timeMs']) ?? null,
    });
  }
  return results;
}
