// Variables in addresses: `var-job=api&var-job=web`, `var-job=$__all`, ad-hoc filters as
// `var-Filters=key|=|value`. Old addresses say "All" for All.

import type { AdhocFilter, Variable } from '../model';
import { ALL } from './interpolate';

export type UrlValues = ReadonlyMap<string, readonly string[]>;

export function readUrl(params: URLSearchParams): UrlValues {
  const values = new Map<string, string[]>();
  for (const [key, value] of params) {
    if (!key.startsWith('var-')) continue;
    const name = key.slice(4);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}

function escapeFilter(word: string): string {
  return word.replaceAll('|', '__gfp__').replaceAll(',', '__gfc__').replaceAll('#', '__gfh__');
}

function unescapeFilter(word: string): string {
  return word.replaceAll('__gfp__', '|').replaceAll('__gfc__', ',').replaceAll('__gfh__', '#');
}

export function filterToUrl({ key, operator, value }: AdhocFilter): string {
  return [key, operator, value].map(escapeFilter).join('|');
}

/** Null where it is no filter. */
export function filterFromUrl(word: string): AdhocFilter | null {
  const [key, operator, ...value] = word.split('|').map(unescapeFilter);
  if (key === undefined || key === '' || operator === undefined) return null;
  return { key, operator, value: value.join('|') };
}

export interface UrlState {
  readonly variable: Variable;
  readonly selected: readonly string[];
  readonly filters: readonly AdhocFilter[];
}

export function urlValues({ variable, selected, filters }: UrlState): readonly string[] {
  if (variable.type === 'adhoc') {
    return filters.filter(({ key }) => key !== '').map(filterToUrl);
  }
  return selected;
}

/** Pairs to be set in an address; variables that addresses do not hold are left out. */
export function writeUrl(states: readonly UrlState[]): readonly (readonly [string, string])[] {
  return states
    .filter(({ variable }) => !variable.skipUrlSync && variable.type !== 'constant')
    .flatMap((state): (readonly [string, string])[] => {
      const values = urlValues(state);
      const key = `var-${state.variable.name}`;
      // A choice of nothing is a choice: without it the default would come back.
      return values.length === 0 ? [[key, '']] : values.map((value) => [key, value] as const);
    });
}

/** What the address says of a variable, or null. */
export function chosenInUrl(variable: Variable, url: UrlValues): readonly string[] | null {
  const values = url.get(variable.name);
  if (values === undefined) return null;
  if (variable.includeAll && values.some((value) => value === ALL || value === 'All')) return [ALL];
  const textbox = variable.type === 'textbox';
  return values.filter((value) => value !== ALL && (value !== '' || textbox));
}
