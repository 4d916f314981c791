// Settings of fields out of data: a query that says the maximum, rows that become columns.

import type { Field, FieldConfig, FieldValue, Frame, Threshold } from '../../../frame';
import type { JsonObject } from '../../../model';
import { isObject, object, objects, text } from '../../../model/json';
import { fieldMatcher } from '../../matchers';
import { displayName } from '../../names';
import { reduceOne } from '../../reducers';
import { toNumber, toText } from '../../values';
import { unnamed, withFields, type Transform } from '../types';

interface Mapping {
  readonly handler: string;
  readonly reducer: string;
  readonly argument: JsonObject;
}

/** What a column does is in its name where nobody said. */
const BY_NAME: Readonly<Record<string, string>> = {
  name: 'field.name',
  displayname: 'displayName',
  value: 'field.value',
  min: 'min',
  max: 'max',
  unit: 'unit',
  decimals: 'decimals',
  noValue: 'noValue',
  color: 'color',
};

function mappingOf(name: string, mappings: readonly JsonObject[]): Mapping {
  const own = mappings.find((mapping) => text(mapping['fieldName']) === name) ?? {};
  return {
    handler: text(own['handlerKey'], BY_NAME[name.toLowerCase()] ?? ''),
    reducer: text(own['reducerId'], 'lastNotNull'),
    argument: object(own['handlerArguments']),
  };
}

function withThreshold(
  { thresholds }: FieldConfig,
  value: number,
  color: string,
): FieldConfig['thresholds'] {
  const base: Threshold = { value: -Infinity, color: 'green' };
  const steps = thresholds?.steps ?? [base];
  const all = [...steps.filter((step) => step.value !== value), { value, color }];
  return { mode: 'absolute', steps: all.sort((a, b) => a.value - b.value) };
}

function withSetting(
  config: FieldConfig,
  { handler, argument }: Mapping,
  value: FieldValue,
): FieldConfig {
  if (value === null) return config;
  const number = toNumber(value);
  switch (handler) {
    case 'min':
    case 'max':
    case 'decimals':
      return Number.isNaN(number) ? config : { ...config, [handler]: number };
    case 'unit':
    case 'displayName':
    case 'noValue':
      return { ...config, [handler]: toText(value) };
    case 'color':
      return { ...config, color: { mode: 'fixed', fixedColor: toText(value) } };
    case 'threshold1': {
      const color = text(object(argument['threshold'])['color'], 'red');
      const thresholds = withThreshold(config, number, color);
      return Number.isNaN(number) || thresholds === undefined ? config : { ...config, thresholds };
    }
    default:
      return config;
  }
}

/** The frame of one query gives settings to the fields of the others, and goes. */
export const configFromData: Transform = (frames, options) => {
  const refId = text(options['configRefId'], 'config');
  const source = frames.find((frame) => frame.refId === refId);
  if (source === undefined) return frames;
  const mappings = objects(options['mappings']);
  const applyTo = options['applyTo'];
  const fits = isObject(applyTo)
    ? fieldMatcher({ id: text(applyTo['id']), options: applyTo['options'] })
    : fieldMatcher({ id: 'numeric', options: undefined });
  const settings = source.fields.map((field) => {
    const mapping = mappingOf(displayName(field, source), mappings);
    return { mapping, value: reduceOne(field, mapping.reducer) };
  });
  const configured = (config: FieldConfig) =>
    settings.reduce((before, { mapping, value }) => withSetting(before, mapping, value), config);
  return frames
    .filter((frame) => frame !== source)
    .map((frame) =>
      withFields(
        frame,
        frame.fields.map((field) =>
          fits(field, frame, frames) ? { ...field, config: configured(field.config) } : field,
        ),
      ),
    );
};

interface Role {
  readonly field: Field;
  readonly mapping: Mapping;
}

function rowsOf(frame: Frame, roles: readonly Role[]): Frame {
  const is = (handler: string) => roles.find(({ mapping }) => mapping.handler === handler)?.field;
  const name = is('field.name') ?? frame.fields.find(({ type }) => type === 'string');
  const value = is('field.value') ?? frame.fields.find(({ type }) => type === 'number');
  if (name === undefined || value === undefined) return frame;
  const others = roles.filter(({ field }) => field !== name && field !== value);
  const fields = value.values.map((own, row): Field => {
    const config = others.reduce<FieldConfig>(
      (before, { field, mapping }) => withSetting(before, mapping, field.values[row] ?? null),
      unnamed(value.config, 'displayName', 'displayNameFromDS'),
    );
    const labels: Record<string, string> = {};
    for (const { field, mapping } of others) {
      if (isLabel(field, mapping)) labels[field.name] = toText(field.values[row]);
    }
    return {
      name: toText(name.values[row]),
      type: value.type,
      values: [own],
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      config,
    };
  });
  return withFields(frame, fields, fields.length === 0 ? 0 : 1);
}

const isLabel = ({ type }: Field, { handler }: Mapping) =>
  handler === 'field.label' || (handler === '' && type === 'string');

/** A field for each row, with the settings that stand beside it. */
export const rowsToFields: Transform = (frames, options) => {
  const mappings = objects(options['mappings']);
  return frames.map((frame) =>
    rowsOf(
      frame,
      frame.fields.map((field) => ({
        field,
        mapping: mappingOf(displayName(field, frame), mappings),
      })),
    ),
  );
};
