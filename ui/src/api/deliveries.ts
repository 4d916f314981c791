// The delivery log: every decision to tell or not to tell, and every attempt.

import { requestBare, unwrap, type ApiSuccess } from './client';
import {
  bool,
  listOrNull,
  map,
  number,
  object,
  oneOf,
  optional,
  text,
  time,
  withDefault,
  type Decoded,
  type Decoder,
} from './decode';

export const OUTCOMES = ['delivered', 'failed', 'skipped', 'muted'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Ids may be numbers or text; an address carries text. */
const id: Decoder<string> = (value, path) =>
  typeof value === 'number' ? String(value) : text(value, path);

/** What a far server said, as text, whatever it was. */
const words: Decoder<string> = (value, path) => {
  if (value === undefined || value === null) return '';
  return typeof value === 'number' ? String(value) : text(value, path);
};

export const attempt = object({
  at: optional(time),
  durationMs: withDefault(number, 0),
  delivered: withDefault(bool, false),
  retry: withDefault(bool, false),
  /** Of HTTP; null where nothing of that kind was spoken. */
  status: (value, path) => optional(number)(value, path) || null,
  error: words,
  failure: words,
  request: words,
  response: words,
  body: words,
});

const delivery = object({
  id,
  tick: time,
  lastTick: optional(time),
  ticks: withDefault(number, 1),
  receiver: text,
  integration: withDefault(text, ''),
  index: withDefault(number, 0),
  routeId: withDefault(text, ''),
  groupKey: withDefault(text, ''),
  groupLabels: withDefault(map(text), {}),
  outcome: oneOf(...OUTCOMES),
  reason: withDefault(text, ''),
  decision: withDefault(text, ''),
  test: withDefault(bool, false),
  alerts: listOrNull(
    object({
      fingerprint: text,
      labels: map(text),
      resolved: withDefault(bool, false),
      muted: withDefault(text, ''),
      mutedBy: listOrNull(text),
    }),
  ),
  attempts: listOrNull(attempt),
});

const page = object({ deliveries: listOrNull(delivery), next: optional(id) });

export type Attempt = Decoded<typeof attempt>;
export type Delivery = Decoded<typeof delivery>;
export type DeliveryPage = Decoded<typeof page>;

export interface DeliveryFilter {
  readonly fingerprint: string;
  readonly receiver: string;
  readonly integration: string;
  readonly groupKey: string;
  readonly outcome: string;
  readonly startMs: number | null;
  readonly endMs: number | null;
}

export async function fetchDeliveries(
  filter: DeliveryFilter,
  before: string | null,
  signal: AbortSignal,
): Promise<DeliveryPage> {
  const params = {
    fingerprint: filter.fingerprint,
    receiver: filter.receiver,
    integration: filter.integration,
    group_key: filter.groupKey,
    outcome: filter.outcome,
    start: filter.startMs === null ? '' : new Date(filter.startMs).toISOString(),
    end: filter.endMs === null ? '' : new Date(filter.endMs).toISOString(),
    before: before ?? '',
    limit: '100',
  };
  const asked = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''));
  return unwrap(await requestBare('deliveries', page, { params: asked, signal })).data;
}

/** One of them, with what was sent. */
export async function fetchDelivery(
  wanted: string,
  signal: AbortSignal,
): Promise<ApiSuccess<Delivery>> {
  return unwrap(
    await requestBare(`deliveries/${encodeURIComponent(wanted)}`, delivery, { signal }),
  );
}
