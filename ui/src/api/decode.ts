// Foreign data is `unknown` until one of these has looked at it. A decoder says in one line what
// it expects and where it did not find it; nothing else in the app casts.

export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

export type Decoder<T> = (value: unknown, path: string) => T;
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

function fail(expected: string, value: unknown, path: string): never {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  throw new DecodeError(`the server's answer has ${found} at ${path}, not ${expected}`);
}

export const text: Decoder<string> = (value, path) =>
  typeof value === 'string' ? value : fail('text', value, path);

export const number: Decoder<number> = (value, path) =>
  typeof value === 'number' ? value : fail('a number', value, path);

export const bool: Decoder<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : fail('true or false', value, path);

/** A time as RFC 3339, in milliseconds; null for the zero time, which means never. */
export const time: Decoder<number | null> = (value, path) => {
  const ms = Date.parse(text(value, path));
  if (Number.isNaN(ms)) fail('a time', value, path);
  return ms <= 0 ? null : ms;
};

export function list<T>(item: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) fail('a list', value, path);
    return (value as unknown[]).map((one, i) => item(one, `${path}[${i}]`));
  };
}

/** Go writes an empty list as null now and then. */
export function listOrNull<T>(item: Decoder<T>): Decoder<T[]> {
  const full = list(item);
  return (value, path) => (value === null || value === undefined ? [] : full(value, path));
}

export function map<T>(item: Decoder<T>): Decoder<Record<string, T>> {
  return (value, path) => {
    const entries = Object.entries(record(value, path));
    return Object.fromEntries(entries.map(([key, one]) => [key, item(one, `${path}.${key}`)]));
  };
}

export function optional<T>(item: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === undefined || value === null ? null : item(value, path));
}

export function withDefault<T>(item: Decoder<T>, fallback: T): Decoder<T> {
  return (value, path) => (value === undefined || value === null ? fallback : item(value, path));
}

export function oneOf<const T extends string>(...words: readonly T[]): Decoder<T> {
  return (value, path) => {
    const found = words.find((word) => word === value);
    return found ?? fail(words.join(' or '), value, path);
  };
}

type Shape = Record<string, Decoder<unknown>>;
type Shaped<S extends Shape> = { readonly [K in keyof S]: Decoded<S[K]> };

export function object<S extends Shape>(shape: S): Decoder<Shaped<S>> {
  const fields = Object.entries(shape);
  return (value, path) => {
    const source = record(value, path);
    const out: Record<string, unknown> = {};
    for (const [key, decode] of fields) out[key] = decode(source[key], `${path}.${key}`);
    return out as Shaped<S>;
  };
}

export function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail('an object', value, path);
  }
  return value as Record<string, unknown>;
}

/** A float as a number, or as text where JSON has none. */
export const float: Decoder<number> = (value, path) =>
  typeof value === 'number' ? value : parseFloatText(value, path);

/** A float as the API writes it: text, because JSON has no NaN and no infinities. */
export function parseFloatText(value: unknown, path: string): number {
  const word = text(value, path);
  if (word === '+Inf' || word === 'Inf') return Infinity;
  if (word === '-Inf') return -Infinity;
  if (word === 'NaN') return NaN;
  const parsed = Number(word);
  if (word === '' || Number.isNaN(parsed)) fail('a number in quotes', value, path);
  return parsed;
}
