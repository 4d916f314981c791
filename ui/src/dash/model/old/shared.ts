// Words that the old panels have in common.

import {
  draft,
  drafts,
  ensure,
  ensureList,
  number,
  text,
  texts,
  type Draft,
  type DraftValue,
} from '../json';
import { upgradeMappings } from './mappings';

/** Statistics by their names of old. */
const REDUCERS = new Map([
  ['avg', 'mean'],
  ['current', 'lastNotNull'],
  ['total', 'sum'],
  ['first', 'firstNotNull'],
]);

const STATISTICS = [
  'min',
  'max',
  'avg',
  'current',
  'total',
  'first',
  'delta',
  'diff',
  'range',
  'count',
];

export function reducerId(old: string): string {
  return REDUCERS.get(old) ?? old;
}

export function isStatistic(word: string): boolean {
  return STATISTICS.includes(word);
}

export function defaultsOf(panel: Draft): Draft {
  return ensure(ensure(panel, 'fieldConfig'), 'defaults');
}

export function overridesOf(panel: Draft): DraftValue[] {
  return ensureList(ensure(panel, 'fieldConfig'), 'overrides');
}

export interface Property {
  readonly id: string;
  readonly value: DraftValue;
}

/** `/re/` is an expression, all else a name. */
export function addOverride(panel: Draft, name: string, properties: readonly Property[]): void {
  if (properties.length === 0) return;
  const id = /^\/.*\/[a-z]*$/.test(name) ? 'byRegexp' : 'byName';
  overridesOf(panel).push({
    matcher: { id, options: name },
    properties: properties.map((one) => ({ ...one })),
  });
}

export function aliasColors(panel: Draft): void {
  for (const [name, color] of Object.entries(draft(panel['aliasColors']))) {
    if (typeof color !== 'string') continue;
    overridesOf(panel).push({
      matcher: { id: 'byName', options: name },
      properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
    });
  }
}

export function numbersIn(raw: DraftValue | undefined): number[] {
  const words = typeof raw === 'string' ? raw.split(',') : texts(raw);
  return words.map((word) => Number.parseFloat(word)).filter((value) => !Number.isNaN(value));
}

/** "80,90" and three colours. */
export function thresholdSteps(
  values: readonly number[],
  colors: readonly string[],
): Draft | undefined {
  const steps = colors
    .slice(0, values.length + 1)
    .map((color, i): Draft => ({ color, value: i === 0 ? null : (values[i - 1] ?? null) }));
  return steps.length === 0 ? undefined : { mode: 'absolute', steps };
}

/** `mappingType` says which of the two lists counts. */
export function oldMappings(panel: Draft): Draft[] {
  const ranges = number(panel['mappingType']) === 2;
  const maps = drafts(panel[ranges ? 'rangeMaps' : 'valueMaps']);
  return upgradeMappings(
    maps.map((one) => ({ ...one, type: ranges ? 2 : 1 })),
    undefined,
  );
}

/** The old panel's keys, into its options under their new names. */
export function moveKeys(panel: Draft, names: Readonly<Record<string, string>>): void {
  const options = ensure(panel, 'options');
  for (const [from, to] of Object.entries(names)) {
    const value = panel[from];
    if (value === undefined) continue;
    if (options[to] === undefined) options[to] = value;
    Reflect.deleteProperty(panel, from);
  }
}

export function titleOf(panel: Draft): string {
  const title = text(panel['title']);
  return title === '' ? text(panel['type'], 'a panel') : title;
}
