// Names of metrics.

import { request, unwrap, type ApiSuccess } from './client';
import { list, text } from './decode';

export async function fetchMetricNames(signal: AbortSignal): Promise<ApiSuccess<string[]>> {
  return unwrap(await request('label/__name__/values', list(text), { signal }));
}
