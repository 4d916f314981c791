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

export async function request<T>(
  path: string,
  data: Decoder<T>,
  { params, post = false, signal }: ApiRequest = {},
): Promise<ApiResult<T>> {
  const form = encodeParams(params);
  const query = form.size > 0 && !post ? `?${form.toString()}` : '';
  const started = performance.now();
  let response: Response;
  let body: string;
  try {
    response = await fetch(`${basePath()}api/v1/${path}${query}`, {
      headers: { Accept: 'application/json' },
      ...(post ? { method: 'POST', body: form } : {}),
      ...(signal ? { signal } : {}),
    });
    body = await response.text();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return { status: 'error', errorType: 'network', message: 'The server does not answer.' };
  }
  const elapsedMs = performance.now() - started;
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

export function unwrap<T>(result: ApiResult<T>): ApiSuccess<T> {
  if (result.status === 'success') return result;
  throw new ApiError(result.errorType, result.message);
}
