// Silences: what is not to be told, for how long, by whom and why.

import type { Matcher } from '../lib/matchers';
import { requestBare, unwrap, type ApiSuccess } from './client';
import {
  bool,
  list,
  map,
  object,
  oneOf,
  text,
  time,
  withDefault,
  type Decoded,
  type Decoder,
} from './decode';

const matcher: Decoder<Matcher> = object({
  name: text,
  value: text,
  isRegex: bool,
  isEqual: withDefault(bool, true),
});

export const silence = object({
  id: text,
  status: object({ state: oneOf('active', 'pending', 'expired') }),
  updatedAt: time,
  startsAt: time,
  endsAt: time,
  createdBy: withDefault(text, ''),
  comment: withDefault(text, ''),
  matchers: list(matcher),
  annotations: withDefault(map(text), {}),
});

export type Silence = Decoded<typeof silence>;
export type SilenceState = Silence['status']['state'];

export interface SilenceDraft {
  readonly id?: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

export async function fetchSilences(signal: AbortSignal): Promise<ApiSuccess<Silence[]>> {
  return unwrap(await requestBare('silences', list(silence), { signal }));
}

export async function fetchSilence(id: string, signal: AbortSignal): Promise<ApiSuccess<Silence>> {
  return unwrap(await requestBare(`silence/${encodeURIComponent(id)}`, silence, { signal }));
}

export async function saveSilence(draft: SilenceDraft): Promise<string> {
  const body = {
    ...draft,
    startsAt: new Date(draft.startsAt).toISOString(),
    endsAt: new Date(draft.endsAt).toISOString(),
  };
  const { data } = unwrap(
    await requestBare('silences', object({ silenceID: text }), { method: 'POST', body }),
  );
  return data.silenceID;
}

export async function expireSilence(id: string): Promise<void> {
  unwrap(await requestBare(`silence/${encodeURIComponent(id)}`, () => null, { method: 'DELETE' }));
}
