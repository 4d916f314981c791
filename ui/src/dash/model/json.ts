// JSON of unknown shape: looked at with these, never with casts. `Draft` is a copy of our own that
// may be written on while a file is migrated; everything outside loading has the read-only `Json`.

import type { Json, JsonObject } from '../model';

export type DraftValue = string | number | boolean | null | DraftValue[] | Draft;
export interface Draft {
  [key: string]: DraftValue | undefined;
}

const MAX_DEPTH = 64;

/** A copy that is JSON for certain: what is not is left out (or null in lists). */
export function cloneJson(value: unknown, depth = 0): DraftValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((one: unknown) => cloneJson(one, depth + 1) ?? null);
  const out: Draft = {};
  for (const [key, one] of Object.entries(value)) {
    // A key of this name would set the prototype instead.
    if (key === '__proto__') continue;
    const copy = cloneJson(one, depth + 1);
    if (copy !== undefined) out[key] = copy;
  }
  return out;
}

function isJson(value: unknown): value is Json {
  return value !== undefined && typeof value !== 'function';
}

/** For what JSON.parse gave, which is not copied: large answers. */
export function asJson(value: unknown): Json | undefined {
  return isJson(value) ? value : undefined;
}

export function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The object itself, so that it can be written on; a loose empty one where there is none. */
export function draft(value: DraftValue | undefined): Draft {
  return isDraft(value) ? value : {};
}

export function drafts(value: DraftValue | undefined): Draft[] {
  return Array.isArray(value) ? value.filter(isDraft) : [];
}

/** The object at this key, put there where there was none. */
export function ensure(parent: Draft, key: string): Draft {
  const there = parent[key];
  if (isDraft(there)) return there;
  const made: Draft = {};
  parent[key] = made;
  return made;
}

export function ensureList(parent: Draft, key: string): DraftValue[] {
  const there = parent[key];
  if (Array.isArray(there)) return there;
  const made: DraftValue[] = [];
  parent[key] = made;
  return made;
}

export function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function objects(value: Json | undefined): readonly JsonObject[] {
  return isList(value) ? value.filter(isObject) : [];
}

export function list(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

export function text(value: Json | undefined, empty = ''): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : empty;
}

export function texts(value: Json | undefined): string[] {
  if (isList(value))
    return value.filter((one) => one !== null && !isObject(one)).map((one) => text(one));
  return value === undefined || value === null || isObject(value) ? [] : [text(value)];
}

/** A number, or one in quotes; undefined for everything else. */
export function number(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

export function flag(value: Json | undefined, empty = false): boolean {
  return typeof value === 'boolean' ? value : empty;
}

export function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

export function remove(value: Draft, ...keys: readonly string[]): void {
  for (const key of keys) Reflect.deleteProperty(value, key);
}

/** Same JSON, whatever the order of keys; a key that is undefined counts as absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one: unknown, i) => sameJson(one, b[i]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameJson(a[key], b[key]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Key, value now, value as the file has it, and how to write it if not as it stands. */
export type Change = readonly [
  key: string,
  now: unknown,
  was: unknown,
  write?: () => DraftValue | undefined,
];

/** The file's object with only what was changed written over it, so that files stay as they were. */
export function patch(raw: JsonObject, changes: readonly Change[]): Draft {
  const out = draft(cloneJson(raw));
  for (const [key, now, was, write] of changes) {
    if (sameJson(now, was)) continue;
    const value = write === undefined ? cloneJson(now) : write();
    if (value === undefined) remove(out, key);
    else out[key] = value;
  }
  return out;
}
