// The way to the dashboard side of the server: bare JSON, `{"message": …}` where something is
// wrong. Never throws for what a server or network may do; only for what the caller took back.

import { basePath } from '../client';
import { DecodeError, record, type Decoder } from '../decode';
import { JSON_HEADERS, takeEarly } from './early';

export type GrafanaResult<T> =
  { readonly ok: true; readonly data: T; readonly elapsedMs: number } | GrafanaFailure;

export interface GrafanaFailure {
  readonly ok: false;
  /** Of HTTP; 0 where nothing came back, 200 where the answer cannot be read. */
  readonly status: number;
  readonly message: string;
  /** All that the server said, for those who know more of it: "version-mismatch" and the like. */
  readonly body: unknown;
}

/** What the query cache wants instead of a failure. */
export class GrafanaError extends Error {
  override readonly name = 'GrafanaError';
  constructor(
    readonly status: number,
    message: string,
    readonly body: unknown,
  ) {
    super(message);
  }
}

export interface GrafanaOptions {
  readonly params?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Statuses beside 2xx whose body is an answer like any other. */
  readonly accept?: readonly number[];
  /** A 401 is expected here and does not end the session: signing in, the visitor's own record. */
  readonly anyone?: boolean;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const expiryListeners = new Set<() => void>();

/** Called when the server no longer knows the session. Returns how to stop listening. */
export function onSessionExpired(listener: () => void): () => void {
  expiryListeners.add(listener);
  return () => expiryListeners.delete(listener);
}

export function queryString(params: GrafanaOptions['params']): string {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) encoded.append(name, one);
  }
  const text = encoded.toString();
  return text === '' ? '' : `?${text}`;
}

/** The server's own words, in whichever of its forms they came. */
export function failureMessage(parsed: unknown, body: string, status: number): string {
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    const found = record(parsed, 'answer');
    for (const key of ['message', 'error']) {
      const words = found[key];
      if (typeof words === 'string' && words !== '') return words;
    }
  }
  const words = body.trim();
  // A page of a proxy in between says nothing that a person wants to read here.
  return words === '' || words.startsWith('<')
    ? `The server answered with HTTP ${status}.`
    : `HTTP ${status}: ${words.slice(0, 300)}`;
}

function parse(body: string): unknown {
  if (body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function send<T>(
  method: Method,
  path: string,
  decoder: Decoder<T>,
  { params, body, signal, accept, anyone = false, headers }: GrafanaOptions,
): Promise<GrafanaResult<T>> {
  const started = performance.now();
  const ask = (address: string) =>
    fetch(basePath() + address, {
      method,
      headers: {
        ...JSON_HEADERS,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  let response: Response;
  let text: string;
  try {
    const address = `${path.replace(/^\//, '')}${queryString(params)}`;
    const early = method === 'GET' ? takeEarly(address) : undefined;
    response = await (early ?? ask(address));
    text = await response.text();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return { ok: false, status: 0, message: 'The server does not answer.', body: null };
  }
  const parsed = parse(text);
  const { status } = response;
  if (!response.ok && accept?.includes(status) !== true) {
    if (status === 401 && !anyone) for (const listener of expiryListeners) listener();
    return { ok: false, status, message: failureMessage(parsed, text, status), body: parsed };
  }
  try {
    if (parsed === undefined) throw new DecodeError('the answer is not JSON');
    const data = decoder(parsed, 'answer');
    return { ok: true, data, elapsedMs: performance.now() - started };
  } catch (error) {
    if (!response.ok) {
      return { ok: false, status, message: failureMessage(parsed, text, status), body: parsed };
    }
    const message = error instanceof DecodeError ? error.message : 'the answer cannot be read';
    return { ok: false, status, message, body: parsed };
  }
}

/** Paths are as in the API, "api/dashboards/home"; the base path is put before them. */
export const grafana = {
  get: <T>(path: string, decoder: Decoder<T>, options: GrafanaOptions = {}) =>
    send('GET', path, decoder, options),
  post: <T>(path: string, decoder: Decoder<T>, options: GrafanaOptions = {}) =>
    send('POST', path, decoder, options),
  put: <T>(path: string, decoder: Decoder<T>, options: GrafanaOptions = {}) =>
    send('PUT', path, decoder, options),
  patch: <T>(path: string, decoder: Decoder<T>, options: GrafanaOptions = {}) =>
    send('PATCH', path, decoder, options),
  del: <T>(path: string, decoder: Decoder<T>, options: GrafanaOptions = {}) =>
    send('DELETE', path, decoder, options),
};

/** The data, or a GrafanaError for the query cache. */
export function settled<T>(result: GrafanaResult<T>): T {
  if (result.ok) return result.data;
  throw new GrafanaError(result.status, result.message, result.body);
}

/** For answers that nobody looks at: `{"message": …}`. */
export const anything: Decoder<unknown> = (value) => value;
