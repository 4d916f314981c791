// What is scraped, and how it went.

import { request, unwrap, type ApiSuccess } from './client';
import { list, map, number, object, oneOf, text, time, withDefault, type Decoded } from './decode';

const activeTarget = object({
  discoveredLabels: map(text),
  labels: map(text),
  scrapePool: text,
  scrapeUrl: text,
  globalUrl: text,
  lastError: text,
  lastScrape: time,
  lastScrapeDuration: number,
  health: oneOf('up', 'down', 'unknown'),
  scrapeInterval: withDefault(text, ''),
  scrapeTimeout: withDefault(text, ''),
});

const droppedTarget = object({
  discoveredLabels: map(text),
  scrapePool: withDefault(text, ''),
});

const targets = object({
  activeTargets: withDefault(list(activeTarget), []),
  droppedTargets: withDefault(list(droppedTarget), []),
  droppedTargetCounts: withDefault(map(number), {}),
});

export type ActiveTarget = Decoded<typeof activeTarget>;
export type DroppedTarget = Decoded<typeof droppedTarget>;
export type Targets = Decoded<typeof targets>;
export type TargetHealth = ActiveTarget['health'];

export async function fetchTargets(signal: AbortSignal): Promise<ApiSuccess<Targets>> {
  return unwrap(await request('targets', targets, { params: { state: 'active' }, signal }));
}

export async function fetchAllTargets(signal: AbortSignal): Promise<ApiSuccess<Targets>> {
  return unwrap(await request('targets', targets, { signal }));
}
