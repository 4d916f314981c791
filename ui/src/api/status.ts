// The server about itself.

import { request, unwrap, type ApiSuccess } from './client';
import {
  bool,
  list,
  map,
  number,
  object,
  optional,
  text,
  time,
  withDefault,
  type Decoded,
} from './decode';

const runtimeInfo = object({
  startTime: time,
  CWD: text,
  hostname: withDefault(text, ''),
  serverTime: optional(time),
  reloadConfigSuccess: bool,
  lastConfigTime: time,
  corruptionCount: number,
  goroutineCount: number,
  GOMAXPROCS: number,
  storageRetention: text,
});

const buildInfo = map(text);

const nameValue = object({ name: text, value: number });
const tsdbStatus = object({
  headStats: object({
    numSeries: number,
    numLabelPairs: withDefault(number, 0),
    chunkCount: number,
    minTime: number,
    maxTime: number,
  }),
  seriesCountByMetricName: withDefault(list(nameValue), []),
  labelValueCountByLabelName: withDefault(list(nameValue), []),
  memoryInBytesByLabelName: withDefault(list(nameValue), []),
  seriesCountByLabelValuePair: withDefault(list(nameValue), []),
});

const config = object({ yaml: text });
const flags = map(text);

export type RuntimeInfo = Decoded<typeof runtimeInfo>;
export type BuildInfo = Decoded<typeof buildInfo>;
export type TsdbStatus = Decoded<typeof tsdbStatus>;
export type NameValue = Decoded<typeof nameValue>;

export async function fetchRuntimeInfo(signal: AbortSignal): Promise<ApiSuccess<RuntimeInfo>> {
  return unwrap(await request('status/runtimeinfo', runtimeInfo, { signal }));
}
export async function fetchBuildInfo(signal: AbortSignal): Promise<ApiSuccess<BuildInfo>> {
  return unwrap(await request('status/buildinfo', buildInfo, { signal }));
}
export async function fetchTsdbStatus(
  limit: number,
  signal: AbortSignal,
): Promise<ApiSuccess<TsdbStatus>> {
  return unwrap(
    await request('status/tsdb', tsdbStatus, { params: { limit: String(limit) }, signal }),
  );
}
export async function fetchConfig(signal: AbortSignal): Promise<ApiSuccess<{ yaml: string }>> {
  return unwrap(await request('status/config', config, { signal }));
}
export async function fetchFlags(signal: AbortSignal): Promise<ApiSuccess<Record<string, string>>> {
  return unwrap(await request('status/flags', flags, { signal }));
}
