// Variables and macros in texts: `$name`, `[[name]]`, `[[name:format]]`, `${name}`,
// `${name.field.path}`, `${name:format}`. A name that the scope does not know stays as it is written:
// `$__interval` in an expression is the server's.

import type { VariableOption } from '../model';
import { formatValues } from './formats';

export const ALL = '$__all';

/** What a variable stands for at this moment. */
export interface ScopeValue {
  /** What is chosen; for All every option there is. */
  readonly values: readonly string[];
  readonly texts: readonly string[];
  /** Several may be chosen, or All: values are escaped as regular expressions in queries. */
  readonly list: boolean;
  readonly all: boolean;
  /** For All: goes in unescaped in place of the values. */
  readonly allValue: string | null;
  /** For `${name.path}`. */
  readonly fields?: unknown;
  /** How addresses hold it where that is not `values`: All as "$__all", filters as "a|=|b". */
  readonly urlValues?: readonly string[];
  /** Left out of addresses. */
  readonly skipUrl?: boolean;
}

export interface VariableScope {
  readonly get: (name: string) => ScopeValue | undefined;
  /** Names of the dashboard's variables, for `${__all_variables}`. */
  readonly names: readonly string[];
  readonly timezone: string;
}

/** A single value that is nobody's choice: a macro, what a repeat set. */
export function plainValue(value: string, text = value, fields?: unknown): ScopeValue {
  return { values: [value], texts: [text], list: false, all: false, allValue: null, fields };
}

export const EMPTY_SCOPE: VariableScope = { get: () => undefined, names: [], timezone: 'browser' };

type Extra = ScopeValue | string | number;

/** The same with these names set over it. */
export function withValues(
  scope: VariableScope,
  values: Readonly<Record<string, Extra>>,
): VariableScope {
  const get = (name: string): ScopeValue | undefined => {
    const own = Object.hasOwn(values, name) ? values[name] : undefined;
    if (own === undefined) return scope.get(name);
    return typeof own === 'object' ? own : plainValue(String(own));
  };
  return { ...scope, get };
}

/** What a repeat set for a panel; the variable stays a list, so that it is escaped as one. */
export function withScopedVars(
  scope: VariableScope,
  scopedVars: Readonly<Record<string, VariableOption>>,
): VariableScope {
  const entries = Object.entries(scopedVars).map(([name, { text, value }]) => {
    const base = scope.get(name);
    const set: ScopeValue = { ...plainValue(value, text), list: base?.list ?? false };
    return [name, set] as const;
  });
  return entries.length === 0 ? scope : withValues(scope, Object.fromEntries(entries));
}

const REFERENCE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/g;

const MAX_DEPTH = 8;

/** `format` is used where the reference names none: "glob" if not given, "promql" in expressions. */
export function interpolate(text: string, scope: VariableScope, format = 'glob'): string {
  return fill(text, scope, format, 0);
}

function fill(text: string, scope: VariableScope, format: string, depth: number): string {
  if (!text.includes('$') && !text.includes('[[')) return text;
  return text.replace(
    REFERENCE,
    (
      written: string,
      bare: string | undefined,
      square: string | undefined,
      squareFormat: string | undefined,
      braced: string | undefined,
      path: string | undefined,
      bracedFormat: string | undefined,
    ) => {
      const name = bare ?? square ?? braced ?? '';
      const asked = squareFormat ?? bracedFormat;
      const filled = resolve(name, path, asked, scope, format, depth);
      return filled ?? written;
    },
  );
}

function resolve(
  name: string,
  path: string | undefined,
  asked: string | undefined,
  scope: VariableScope,
  fallback: string,
  depth: number,
): string | undefined {
  if (name === '__all_variables') return allVariables(scope);
  const value = scope.get(name);
  if (value === undefined) return undefined;
  const { timezone } = scope;
  if (path !== undefined) {
    const found = value.fields === undefined ? undefined : fieldAt(value.fields, path);
    if (found === undefined) {
      // `${name.text}` and `${name.value}` hold for every variable.
      if (path !== 'text' && path !== 'value') return undefined;
      const words = path === 'text' ? value.texts : value.values;
      return formatValues(
        { name, values: words, texts: value.texts, list: value.list, timezone },
        asked ?? fallback,
      );
    }
    return formatValues(
      { name, values: found, texts: found, list: found.length > 1, timezone },
      asked ?? 'raw',
    );
  }
  const format = asked ?? fallback;
  if (format.startsWith('queryparam')) return urlText(name, value, timezone);
  if (value.all && value.allValue !== null && format !== 'text') {
    return depth < MAX_DEPTH ? fill(value.allValue, scope, fallback, depth + 1) : value.allValue;
  }
  const texts = value.all && format === 'text' ? ['All'] : value.texts;
  return formatValues({ name, values: value.values, texts, list: value.list, timezone }, format);
}

function urlText(name: string, value: ScopeValue, timezone: string): string {
  const values = value.urlValues ?? value.values;
  return formatValues({ name, values, texts: values, list: value.list, timezone }, 'queryparam');
}

/** `var-a=1&var-b=2` of every variable that addresses hold. */
export function allVariables(scope: VariableScope): string {
  const parts: string[] = [];
  for (const name of scope.names) {
    const value = scope.get(name);
    if (value !== undefined && value.skipUrl !== true) {
      parts.push(urlText(name, value, scope.timezone));
    }
  }
  return parts.filter((part) => part !== '').join('&');
}

/** `labels.job`, `fields["a b"]`, `fields[0].text`. */
function fieldAt(from: unknown, path: string): string[] | undefined {
  let at: unknown = from;
  for (const [, plain, quoted, index] of path.matchAll(/([^.[\]]+)|\["([^"]*)"\]|\[(\d+)\]/g)) {
    const key = quoted ?? index ?? plain ?? '';
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Object.entries(at).find(([name]) => name === key)?.[1];
  }
  if (at === undefined || at === null) return undefined;
  if (Array.isArray(at)) return at.map(String);
  if (typeof at === 'string') return [at];
  return [typeof at === 'number' ? String(at) : JSON.stringify(at)];
}

/** Names that a text refers to, each once. */
export function referencesIn(text: string): readonly string[] {
  const found = new Set<string>();
  if (!text.includes('$') && !text.includes('[[')) return [];
  for (const match of text.matchAll(REFERENCE)) {
    const name = match[1] ?? match[2] ?? match[4];
    if (name !== undefined) found.add(name);
  }
  return [...found];
}
