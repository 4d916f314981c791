// The standard settings of fields, between JSON and the types that panels work with. Read leniently:
// thresholds may lack a mode and their first step's value (it is minus infinity whatever the file
// says), mappings may be of the oldest numeric kind.

import type { DataLink, FieldColor, MappingResult, Thresholds, ValueMapping } from '../frame';
import type { FieldDefaults, Json, JsonObject, Override } from '../model';
import {
  cloneJson,
  flag,
  isList,
  isObject,
  number,
  object,
  objects,
  patch,
  text,
  type Draft,
  type DraftValue,
} from './json';

export function thresholds(raw: Json | undefined): Thresholds | undefined {
  if (!isObject(raw)) return undefined;
  const steps = objects(raw['steps']).map((step) => ({
    value: number(step['value']) ?? -Infinity,
    color: text(step['color'], 'green'),
  }));
  const sorted = steps.toSorted((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  return {
    mode: raw['mode'] === 'percentage' ? 'percentage' : 'absolute',
    steps: sorted.map((step, i) => (i === 0 ? { ...step, value: -Infinity } : step)),
  };
}

export function fieldColor(raw: Json | undefined): FieldColor | undefined {
  if (!isObject(raw)) return undefined;
  const by = raw['seriesBy'];
  return {
    mode: text(raw['mode'], 'palette-classic'),
    ...(typeof raw['fixedColor'] === 'string' ? { fixedColor: raw['fixedColor'] } : {}),
    ...(by === 'last' || by === 'min' || by === 'max' ? { seriesBy: by } : {}),
  };
}

/** Old files name a link's address `href` or have one to a dashboard only. */
export function dataLinks(raw: Json | undefined): DataLink[] {
  return objects(raw).map((link) => ({
    title: text(link['title']),
    url: text(link['url'], text(link['href'])),
    targetBlank: flag(link['targetBlank']),
    ...(link['oneClick'] === true ? { oneClick: true } : {}),
  }));
}

function mappingResult(raw: Json | undefined): MappingResult {
  const from = object(raw);
  const index = number(from['index']);
  return {
    ...(from['text'] === undefined || from['text'] === null ? {} : { text: text(from['text']) }),
    ...(typeof from['color'] === 'string' ? { color: from['color'] } : {}),
    ...(typeof from['icon'] === 'string' ? { icon: from['icon'] } : {}),
    ...(index === undefined ? {} : { index }),
  };
}

const SPECIAL = ['null', 'nan', 'null+nan', 'true', 'false', 'empty'] as const;

function valueMapping(raw: JsonObject): ValueMapping | undefined {
  const options = object(raw['options']);
  switch (raw['type']) {
    case 'value':
      return {
        type: 'value',
        options: Object.fromEntries(
          Object.entries(options).map(([value, one]) => [value, mappingResult(one)]),
        ),
      };
    case 'range':
      return {
        type: 'range',
        from: number(options['from']) ?? null,
        to: number(options['to']) ?? null,
        result: mappingResult(options['result']),
      };
    case 'regex':
      return {
        type: 'regex',
        pattern: text(options['pattern']),
        result: mappingResult(options['result']),
      };
    case 'special': {
      const match = SPECIAL.find((word) => word === options['match']);
      if (match === undefined) return undefined;
      return { type: 'special', match, result: mappingResult(options['result']) };
    }
    default:
      return legacyMapping(raw);
  }
}

/** `{type: 1, value, text}` and `{type: 2, from, to, text}`, as before schema 30. */
function legacyMapping(raw: JsonObject): ValueMapping | undefined {
  const result = mappingResult({ text: raw['text'], color: raw['color'] });
  if (raw['type'] === 2 || (raw['type'] === undefined && raw['from'] !== undefined)) {
    const bound = (value: Json | undefined) => (value === 'null' ? null : (number(value) ?? null));
    return { type: 'range', from: bound(raw['from']), to: bound(raw['to']), result };
  }
  if (raw['value'] === undefined && raw['type'] !== 1) return undefined;
  if (raw['value'] === 'null' || raw['value'] === null) {
    return { type: 'special', match: 'null', result };
  }
  return { type: 'value', options: { [text(raw['value'])]: result } };
}

export function valueMappings(raw: Json | undefined): ValueMapping[] {
  return objects(raw)
    .map(valueMapping)
    .filter((one) => one !== undefined);
}

export function fieldDefaults(raw: JsonObject): FieldDefaults {
  const color = fieldColor(raw['color']);
  const limits = thresholds(raw['thresholds']);
  const decimals = number(raw['decimals']);
  const min = number(raw['min']);
  const max = number(raw['max']);
  const word = (key: 'unit' | 'displayName' | 'noValue') => {
    const value = raw[key];
    return value === undefined || value === null || value === '' ? {} : { [key]: text(value) };
  };
  return {
    ...word('unit'),
    ...(decimals === undefined ? {} : { decimals }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(typeof raw['fieldMinMax'] === 'boolean' ? { fieldMinMax: raw['fieldMinMax'] } : {}),
    ...word('displayName'),
    ...word('noValue'),
    ...(color === undefined ? {} : { color }),
    ...(limits === undefined ? {} : { thresholds: limits }),
    ...(isList(raw['mappings']) ? { mappings: valueMappings(raw['mappings']) } : {}),
    ...(isList(raw['links']) ? { links: dataLinks(raw['links']) } : {}),
    ...(typeof raw['filterable'] === 'boolean' ? { filterable: raw['filterable'] } : {}),
    custom: object(raw['custom']),
  };
}

export function override(raw: JsonObject): Override {
  const matcher = object(raw['matcher']);
  return {
    matcher: { id: text(matcher['id'], 'byName'), options: matcher['options'] },
    properties: objects(raw['properties']).map((one) => ({
      id: text(one['id']),
      value: one['value'],
    })),
    raw,
  };
}

export function writeThresholds(value: Thresholds): Draft {
  return {
    mode: value.mode,
    steps: value.steps.map((step) => ({
      color: step.color,
      value: Number.isFinite(step.value) ? step.value : null,
    })),
  };
}

export function writeMapping(mapping: ValueMapping): Draft {
  switch (mapping.type) {
    case 'value':
      return { type: 'value', options: copy(mapping.options) };
    case 'range': {
      const { from, to, result } = mapping;
      return { type: 'range', options: { from, to, result: copy(result) } };
    }
    case 'regex': {
      const { pattern, result } = mapping;
      return { type: 'regex', options: { pattern, result: copy(result) } };
    }
    case 'special': {
      const { match, result } = mapping;
      return { type: 'special', options: { match, result: copy(result) } };
    }
  }
}

function copy(value: unknown): DraftValue {
  return cloneJson(value) ?? {};
}

export function writeLinks(links: readonly DataLink[]): DraftValue[] {
  return links.map((link) => {
    const { title, url, targetBlank, oneClick } = link;
    return {
      title,
      url,
      ...(targetBlank ? { targetBlank } : {}),
      ...(oneClick ? { oneClick } : {}),
    };
  });
}

/** Over what the file said; only what was changed since is written. */
export function writeDefaults(defaults: FieldDefaults, raw: JsonObject): Draft {
  const was = fieldDefaults(raw);
  const { thresholds: limits, mappings, links } = defaults;
  return patch(raw, [
    ['unit', defaults.unit, was.unit],
    ['decimals', defaults.decimals, was.decimals],
    ['min', defaults.min, was.min],
    ['max', defaults.max, was.max],
    ['fieldMinMax', defaults.fieldMinMax, was.fieldMinMax],
    ['displayName', defaults.displayName, was.displayName],
    ['noValue', defaults.noValue, was.noValue],
    ['color', defaults.color, was.color],
    ['thresholds', limits, was.thresholds, () => limits && writeThresholds(limits)],
    ['mappings', mappings, was.mappings, () => mappings?.map(writeMapping)],
    ['links', links, was.links, () => links && writeLinks(links)],
    ['filterable', defaults.filterable, was.filterable],
    ['custom', defaults.custom, was.custom],
  ]);
}

export function writeOverride(one: Override): Draft {
  const was = override(one.raw);
  return patch(one.raw, [
    ['matcher', one.matcher, was.matcher],
    ['properties', one.properties, was.properties],
  ]);
}
