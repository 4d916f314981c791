// Names of metrics, and what is known of them.

import { request, unwrap, type ApiSuccess } from './client';
import { list, map, object, text, withDefault, type Decoded } from './decode';

const entry = object({ type: text, help: text, unit: withDefault(text, '') });
export type MetricMetadata = Decoded<typeof entry>;

export async function fetchMetricNames(signal: AbortSignal): Promise<ApiSuccess<string[]>> {
  return unwrap(await request('label/__name__/values', list(text), { signal }));
}

export async function fetchMetadata(
  signal: AbortSignal,
): Promise<ApiSuccess<Record<string, MetricMetadata[]>>> {
  return unwrap(await request('metadata', map(list(entry)), { signal }));
}
