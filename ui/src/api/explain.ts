// The plan of a query, with what each part took when it was run.

import type { PlanNode } from '../lib/planTree';
import type { QueryWindow } from '../lib/timeRange';
import { offsetsFromBytes } from '../lib/utf8';
import { request, unwrap, type ApiSuccess } from './client';
import { list, number, object, optional, record, text, withDefault, type Decoder } from './decode';

export interface PlanTotals {
  readonly series: number;
  readonly points: number;
  readonly samplesRead: number;
  readonly peakSamples: number;
  readonly peakMemoryBytes: number;
  readonly seconds: number;
  readonly threads: number;
}

export interface Explanation {
  readonly query: string;
  readonly plan: PlanNode;
  readonly totals: PlanTotals;
}

const count = withDefault(number, 0);
const place = optional(object({ start: number, end: number }));

const shape = object({
  operator: text,
  label: text,
  expr: withDefault(text, ''),
  position: place,
  details: withDefault(list(text), []),
  series: count,
  points: count,
  samplesRead: count,
  seconds: count,
  selfSeconds: count,
  memoryBytes: count,
});

function planNode(offset: (bytes: number) => number): Decoder<PlanNode> {
  const decode: Decoder<PlanNode> = (value, path) => {
    const { position, ...own } = shape(value, path);
    const children = record(value, path)['children'];
    return {
      ...own,
      from: offset(position?.start ?? 0),
      to: offset(position?.end ?? 0),
      children: withDefault(list(decode), [])(children, `${path}.children`),
    };
  };
  return decode;
}

const totals = object({
  series: count,
  points: count,
  samplesRead: count,
  peakSamples: count,
  peakMemoryBytes: count,
  seconds: count,
  threads: withDefault(number, 1),
});

export const decodeExplanation: Decoder<Explanation> = (value, path) => {
  const source = record(value, path);
  const query = text(source['query'], `${path}.query`);
  return {
    query,
    plan: planNode(offsetsFromBytes(query))(source['plan'], `${path}.plan`),
    totals: totals(source['totals'], `${path}.totals`),
  };
};

const seconds = (ms: number): string => String(ms / 1000);

/** Runs the query and measures its parts: at one moment, or over a window. */
export async function explainQuery(
  expr: string,
  at: { readonly timeMs: number } | QueryWindow,
  signal: AbortSignal,
): Promise<ApiSuccess<Explanation>> {
  const times =
    'timeMs' in at
      ? { time: seconds(at.timeMs) }
      : { start: seconds(at.startMs), end: seconds(at.endMs), step: seconds(at.stepMs) };
  const params = { query: expr, ...times };
  return unwrap(await request('query_explain', decodeExplanation, { params, post: true, signal }));
}
