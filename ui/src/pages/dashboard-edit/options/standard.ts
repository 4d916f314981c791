// The settings that fields of every kind of panel have, as JSON on both sides, so that defaults and
// overrides are edited by the same controls.

import { fieldDefaults, writeDefaults } from '../../../dash/model/fieldConfig';
import type { FieldDefaults, Json, JsonObject } from '../../../dash/model';

export const STANDARD_PROPERTIES = [
  { id: 'unit', name: 'Unit' },
  { id: 'min', name: 'Min' },
  { id: 'max', name: 'Max' },
  { id: 'fieldMinMax', name: 'Min and max of each field' },
  { id: 'decimals', name: 'Decimals' },
  { id: 'displayName', name: 'Display name' },
  { id: 'color', name: 'Colour scheme' },
  { id: 'noValue', name: 'No value' },
  { id: 'filterable', name: 'Can be filtered by' },
  { id: 'links', name: 'Data links' },
  { id: 'mappings', name: 'Value mappings' },
  { id: 'thresholds', name: 'Thresholds' },
] as const;

export type StandardId = (typeof STANDARD_PROPERTIES)[number]['id'];

/** What an override begins with when the property is added. */
export const FIRST_VALUE: Readonly<Record<StandardId, Json>> = {
  unit: 'short',
  min: 0,
  max: 100,
  fieldMinMax: true,
  decimals: 0,
  displayName: '',
  color: { mode: 'fixed', fixedColor: 'green' },
  noValue: '',
  filterable: true,
  links: [],
  mappings: [],
  thresholds: {
    mode: 'absolute',
    steps: [
      { color: 'green', value: null },
      { color: 'red', value: 80 },
    ],
  },
};

/** As a file has it, without what is not set. */
export function defaultsJson(defaults: FieldDefaults): JsonObject {
  return writeDefaults(defaults, {});
}

export function withDefault(
  defaults: FieldDefaults,
  id: StandardId,
  value: Json | undefined,
): FieldDefaults {
  const json = { ...defaultsJson(defaults), [id]: value };
  return { ...fieldDefaults(json), custom: defaults.custom };
}
