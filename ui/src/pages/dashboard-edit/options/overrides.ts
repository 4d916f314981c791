// Rules that change the settings of some fields of a panel: which fields, and what of them.

import type { Json, Override } from '../../../dash/model';
import type { OptionField, VizPlugin } from '../../../viz/types';
import { STANDARD_PROPERTIES, type StandardId } from './standard';

export const MATCHERS: readonly { readonly value: string; readonly name: string }[] = [
  { value: 'byName', name: 'Field with name' },
  { value: 'byRegexp', name: 'Fields with name matching' },
  { value: 'byFrameRefID', name: 'Fields of query' },
  { value: 'byType', name: 'Fields of type' },
  { value: 'byValue', name: 'Fields with a value' },
  { value: 'numeric', name: 'All numbers' },
  { value: 'time', name: 'All times' },
];

export interface PropertyInfo {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  /** Set: one of the kind of panel, drawn as its own field; unset: a standard one. */
  readonly field?: OptionField;
  readonly standard?: StandardId;
}

/** All that an override may set for this kind of panel. */
export function propertiesOf(plugin: VizPlugin): readonly PropertyInfo[] {
  const standard = STANDARD_PROPERTIES.filter(
    ({ id }) => plugin.standard.includes(id) || id === 'displayName',
  ).map(({ id, name }) => ({ id, name, group: 'Standard', standard: id }));
  const own = plugin.customFields.map((field) => ({
    id: `custom.${field.path}`,
    name: field.label,
    group: field.group,
    // Which of the others are set is not known here.
    field: { ...field, when: () => true },
  }));
  const seen = new Set<string>();
  return [...standard, ...own].filter(({ id }) => !seen.has(id) && seen.add(id));
}

export function newOverride(matcher: string, options: Json | undefined = ''): Override {
  return { matcher: { id: matcher, options }, properties: [], raw: {} };
}

/** Another way to say which fields; what was said before means nothing to it. */
export function withMatcher(one: Override, id: string): Override {
  const empty: Record<string, Json | undefined> = {
    byValue: { reducer: 'allIsZero', op: 'gte', value: 0 },
    numeric: undefined,
    time: undefined,
    byType: 'number',
  };
  return { ...one, matcher: { id, options: id in empty ? empty[id] : '' } };
}

export function withMatcherOptions(one: Override, options: Json): Override {
  return { ...one, matcher: { ...one.matcher, options } };
}

export function withProperty(one: Override, id: string, value: Json | undefined): Override {
  const there = one.properties.some((property) => property.id === id);
  return {
    ...one,
    properties: there
      ? one.properties.map((property) => (property.id === id ? { id, value } : property))
      : [...one.properties, { id, value }],
  };
}

export function withoutProperty(one: Override, id: string): Override {
  return { ...one, properties: one.properties.filter((property) => property.id !== id) };
}

/** The rule that a click in a legend made, not a person. */
export function isSystem(one: Override): boolean {
  return one.raw['__systemRef'] !== undefined;
}

/** What it says, in a few words. */
export function matcherWords({ matcher }: Override): string {
  const name = MATCHERS.find(({ value }) => value === matcher.id)?.name ?? matcher.id;
  const { options } = matcher;
  if (typeof options === 'string') return options === '' ? name : `${name} ${options}`;
  return name;
}
