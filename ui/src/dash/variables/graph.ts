// Which variable needs which: by the names in their queries, patterns and data sources.

import type { Json, Variable } from '../model';
import { isList, isObject } from '../model/json';
import { referencesIn } from './interpolate';

function wordsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (isList(value)) return value.flatMap(wordsIn);
  return isObject(value) ? Object.values(value).flatMap(wordsIn) : [];
}

function needsOf(variable: Variable): readonly string[] {
  const words = [
    variable.query,
    variable.regex,
    variable.datasource.uid,
    variable.allValue ?? '',
    variable.autoMin,
    ...wordsIn(variable.raw['query']),
  ];
  return words.flatMap((word) => referencesIn(word));
}

export interface VariableGraph {
  /** Each after all that it needs; those of a cycle in the order they were written. */
  readonly order: readonly string[];
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Of those that need themselves: the way around, "a → b → a". */
  readonly cycles: ReadonlyMap<string, string>;
}

function wayBack(
  start: string,
  needs: ReadonlyMap<string, readonly string[]>,
): readonly string[] | null {
  const seen = new Set<string>();
  const queue: (readonly string[])[] = [[start]];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    for (const next of needs.get(path.at(-1) ?? '') ?? []) {
      if (next === start) return [...path, start];
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return null;
}

export function variableGraph(variables: readonly Variable[]): VariableGraph {
  const names = new Set(variables.map(({ name }) => name));
  const needs = new Map(
    variables.map((variable) => {
      const found = new Set(needsOf(variable).filter((name) => names.has(name)));
      return [variable.name, [...found]] as const;
    }),
  );
  const cycles = new Map<string, string>();
  for (const name of names) {
    const way = wayBack(name, needs);
    if (way !== null) cycles.set(name, way.join(' → '));
  }
  const order: string[] = [];
  const visit = (name: string, above: ReadonlySet<string>) => {
    if (order.includes(name) || above.has(name)) return;
    for (const needed of needs.get(name) ?? []) visit(needed, new Set([...above, name]));
    if (!order.includes(name)) order.push(name);
  };
  for (const name of names) visit(name, new Set());
  return { order, needs, cycles };
}
