// Reads what a dashboard says of a panel. Dashboards come from anywhere, so nothing in them is
// believed: what is missing or of another type gives the fallback.

import type { Json, JsonObject } from '../../dash/model';

export type Options = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `legend.calcs` of the options, whatever it is. */
export function at(options: Options, path: string): unknown {
  if (path in options) return options[path];
  let here: unknown = options;
  for (const key of path.split('.')) {
    if (!isRecord(here)) return undefined;
    here = here[key];
  }
  return here;
}

export function textAt(options: Options, path: string, fallback = ''): string {
  const value = at(options, path);
  return typeof value === 'string' ? value : fallback;
}

export function numberAt(options: Options, path: string): number | undefined {
  const value = at(options, path);
  if (typeof value === 'string' && value.trim() !== '') {
    const read = Number(value);
    return Number.isFinite(read) ? read : undefined;
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function flagAt(options: Options, path: string, fallback = false): boolean {
  const value = at(options, path);
  return typeof value === 'boolean' ? value : fallback;
}

export function choiceAt<T extends string>(
  options: Options,
  path: string,
  choices: readonly T[],
  fallback: T,
): T {
  const value = at(options, path);
  return choices.find((one) => one === value) ?? fallback;
}

export function listAt(options: Options, path: string): readonly unknown[] {
  const value = at(options, path);
  return Array.isArray(value) ? value : [];
}

export function textsAt(options: Options, path: string): readonly string[] {
  return listAt(options, path).filter((one) => typeof one === 'string');
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The defaults of a kind of panel beneath what the dashboard says. Lists are taken whole. */
export function withDefaults(defaults: JsonObject, given: JsonObject): JsonObject {
  const out: Record<string, Json | undefined> = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    const base = out[key];
    if (value === undefined) continue;
    out[key] = isObject(base) && isObject(value) ? withDefaults(base, value) : value;
  }
  return out;
}
