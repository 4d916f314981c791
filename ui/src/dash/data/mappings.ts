// Values that are shown as something else. The first mapping that fits counts.

import type { FieldValue, MappingResult, ValueMapping } from '../frame';
import { toPattern, toReplacePattern } from './patterns';
import { toText } from './values';

type Special = Extract<ValueMapping, { type: 'special' }>['match'];

function isSpecial(match: Special, value: FieldValue | undefined): boolean {
  const missing = value === null || value === undefined;
  switch (match) {
    case 'null':
      return missing;
    case 'nan':
      return Number.isNaN(value);
    case 'null+nan':
      return missing || Number.isNaN(value);
    case 'true':
      return value === true || value === 'true';
    case 'false':
      return value === false || value === 'false';
    case 'empty':
      return value === '';
  }
}

function byRegex(
  { pattern, result }: Extract<ValueMapping, { type: 'regex' }>,
  value: FieldValue,
): MappingResult | null {
  if (typeof value !== 'string' || !toPattern(pattern).test(value)) return null;
  if (result.text === undefined) return result;
  return { ...result, text: value.replace(toReplacePattern(pattern), result.text) };
}

function apply(mapping: ValueMapping, value: FieldValue | undefined): MappingResult | null {
  if (mapping.type === 'special') return isSpecial(mapping.match, value) ? mapping.result : null;
  if (value === null || value === undefined) return null;
  switch (mapping.type) {
    case 'value': {
      const key = toText(value);
      return Object.hasOwn(mapping.options, key) ? (mapping.options[key] ?? null) : null;
    }
    case 'range': {
      const number = typeof value === 'number' ? value : Number.parseFloat(toText(value));
      const inside = number >= (mapping.from ?? -Infinity) && number <= (mapping.to ?? Infinity);
      return inside ? mapping.result : null;
    }
    case 'regex':
      return byRegex(mapping, value);
  }
}

export function mapValue(
  mappings: readonly ValueMapping[] | undefined,
  value: FieldValue | undefined,
): MappingResult | null {
  for (const mapping of mappings ?? []) {
    const result = apply(mapping, value);
    if (result !== null) return result;
  }
  return null;
}
