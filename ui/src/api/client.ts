// The one way to the server. Everything answers with `ApiResult`, success or error, never throws
// for what a server or network may do; `unwrap` turns it into what the query cache wants.

import {
  DecodeError,
  list,
  object,
  oneOf,
  record,
  text,
  withDefault,
  type Decoder,
} from './decode';
import { managerPath } from './manager';
import { apiPath } from './source';

export type ApiErrorType =
  | 'bad_data'
  | 'execution'
  | 'canceled'
  | 'timeout'
  | 'internal'
  | 'unavailable'
  | 'not_found'
  | 'not_acceptable'
  | 'network'
  | 'protocol';

type Raw = { readonly response: Response; readonly body: string; readonly elapsedMs: number };

export type ApiResult<T> =
  | {
      readonly status: 'success';
      readonly data: T;
      readonly warnings: readonly string[];
      readonly infos: readonly string[];
      readonly elapsedMs: number;
    }
  | { readonly status: 'error'; readonly errorType: ApiErrorType; readonly message: string };

export type ApiSuccess<T> = Extract<ApiResult<T>, { status: 'success' }>;

export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly errorType: ApiErrorType,
    message: string,
  ) {
    super(message);
  }
}

export interface ApiRequest {
  readonly params?: Readonly<Record<string, string | readonly string[]>>;
  /** Form body instead of an address: for expressions that may be long. */
  readonly post?: boolean;
  readonly signal?: AbortSignal;
}

/** Where the app lives: `/`, or the server's route prefix with a slash at its end. */
export function basePath(): string {
  return new URL(document.baseURI).pathname.replace(/[^/]*$/, '');
}

const ERROR_TYPES = oneOf(
  'bad_data',
  'execution',
  'canceled',
  'timeout',
  'internal',
  'unavailable',
  'not_found',
  'not_acceptable',
);

const errorAnswer = object({ status: oneOf('error'), errorType: ERROR_TYPES, error: text });

export function decodeAnswer<T>(body: unknown, data: Decoder<T>, elapsedMs: number): ApiResult<T> {
  const envelope = record(body, 'answer');
  if (envelope['status'] === 'error') {
    const { errorType, error } = errorAnswer(body, 'answer');
    return { status: 'error', errorType, message: error };
  }
  const strings = withDefault(list(text), []);
  return {
    status: 'success',
    data: data(envelope['data'], 'data'),
    warnings: strings(envelope['warnings'], 'warnings'),
    infos: strings(envelope['infos'], 'infos'),
    elapsedMs,
  };
}

function encodeParams(params: ApiRequest['params']): URLSearchParams {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) encoded.append(name, one);
  }
  return encoded;
}

const SILENT = {
  status: 'error',
  errorType: 'network',
  message: 'The server does not answer.',
} as const;

/** Null when nothing came back; throws only for what the caller took back itself. */
async function exchange(
  path: string,
  signal: AbortSignal | undefined,
  init: RequestInit,
): Promise<Raw | null> {
  const started = performance.now();
  try {
    const response = await fetch(basePath() + path, { ...init, ...(signal ? { signal } : {}) });
    const body = await response.text();
    return { response, body, elapsedMs: performance.now() - started };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return null;
  }
}

export async function request<T>(
  path: string,
  data: Decoder<T>,
  { params, post = false, signal }: ApiRequest = {},
): Promise<ApiResult<T>> {
  const form = encodeParams(params);
  const query = form.size > 0 && !post ? `?${form.toString()}` : '';
  const raw = await exchange(`${apiPath(path)}${query}`, signal, {
    headers: { Accept: 'application/json' },
    ...(post ? { method: 'POST', body: form } : {}),
  });
  if (raw === null) return SILENT;
  const { response, body, elapsedMs } = raw;
  try {
    return decodeAnswer(JSON.parse(body), data, elapsedMs);
  } catch (error) {
    if (!response.ok) {
      const words = body.trim().slice(0, 300) || response.statusText;
      return {
        status: 'error',
        errorType: 'protocol',
        message: `HTTP ${response.status}: ${words}`,
      };
    }
    const message = error instanceof DecodeError ? error.message : 'the answer is not JSON';
    return { status: 'error', errorType: 'protocol', message };
  }
}

export interface BareRequest {
  readonly params?: ApiRequest['params'];
  readonly method?: 'POST' | 'DELETE';
  /** Sent as JSON, or as it is when it is text. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** The API of Alertmanager: bare JSON, and a bare JSON string where something is wrong. */
export async function requestBare<T>(
  path: string,
  data: Decoder<T>,
  { params, method, body: sent, signal }: BareRequest = {},
): Promise<ApiResult<T>> {
  const query = encodeParams(params).toString();
  const type = typeof sent === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  const raw = await exchange(`${managerPath()}${path}${query === '' ? '' : `?${query}`}`, signal, {
    headers: {
      Accept: 'application/json',
      ...(sent === undefined ? {} : { 'Content-Type': type }),
    },
    ...(method === undefined ? {} : { method }),
    ...(sent === undefined ? {} : { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
  });
  if (raw === null) return SILENT;
  const { response, body, elapsedMs } = raw;
  let parsed: unknown;
  try {
    parsed = body === '' ? null : JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (!response.ok) {
    const errorType = BARE_ERRORS.get(response.status) ?? 'internal';
    return { status: 'error', errorType, message: bareMessage(parsed, body, response) };
  }
  try {
    if (parsed === undefined) throw new DecodeError('the answer is not JSON');
    const decoded = data(parsed, 'answer');
    return { status: 'success', data: decoded, warnings: [], infos: [], elapsedMs };
  } catch (error) {
    const message = error instanceof DecodeError ? error.message : 'the answer cannot be read';
    return { status: 'error', errorType: 'protocol', message };
  }
}

const BARE_ERRORS = new Map<number, ApiErrorType>([
  [400, 'bad_data'],
  [404, 'not_found'],
  [422, 'bad_data'],
  [503, 'unavailable'],
]);

/** The server's own words, in whichever of its forms they came. */
export function bareMessage(parsed: unknown, body: string, response: Response): string {
  if (typeof parsed === 'string') return parsed;
  if (typeof parsed === 'object' && parsed !== null) {
    const found = record(parsed, 'answer');
    for (const key of ['error', 'message']) {
      const words = found[key];
      if (typeof words === 'string') return words;
    }
  }
  const words = body.trim().slice(0, 300) || response.statusText;
  return `HTTP ${response.status}: ${words}`;
}

export function unwrap<T>(result: ApiResult<T>): ApiSuccess<T> {
  if (result.status === 'success') return result;
  throw new ApiError(result.errorType, result.message);
}
