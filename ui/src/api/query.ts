// Instant and range queries, and what their results are made of.

import { request, unwrap, type ApiSuccess } from './client';
import {
  DecodeError,
  list,
  map,
  number,
  object,
  oneOf,
  optional,
  parseFloatText,
  record,
  text,
  type Decoder,
} from './decode';

export type Labels = Readonly<Record<string, string>>;

export interface HistogramBucket {
  /** 0 (lo, hi] · 1 [lo, hi) · 2 (lo, hi) · 3 [lo, hi] */
  readonly rule: number;
  readonly lower: string;
  readonly upper: string;
  readonly count: string;
}

export interface HistogramValue {
  readonly count: string;
  readonly sum: string;
  readonly buckets: readonly HistogramBucket[];
}

export type SampleValue =
  | { readonly kind: 'float'; readonly text: string; readonly number: number }
  | { readonly kind: 'histogram'; readonly histogram: HistogramValue };

export interface VectorSample {
  readonly metric: Labels;
  readonly timeMs: number;
  readonly value: SampleValue;
}

export interface MatrixSeries {
  readonly metric: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly histograms: readonly { readonly timeMs: number; readonly histogram: HistogramValue }[];
}

export interface QueryStats {
  readonly evalMs: number | null;
  readonly samples: number | null;
  readonly peakSamples: number | null;
}

export type QueryResult =
  | { readonly type: 'vector'; readonly samples: readonly VectorSample[] }
  | { readonly type: 'matrix'; readonly series: readonly MatrixSeries[] }
  | { readonly type: 'scalar'; readonly timeMs: number; readonly text: string }
  | { readonly type: 'string'; readonly timeMs: number; readonly text: string };

export interface QueryData {
  readonly result: QueryResult;
  readonly stats: QueryStats;
}

const labels: Decoder<Labels> = map(text);
const EMPTY = new Float64Array(0);

function pair(value: unknown, path: string): [number, unknown] {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new DecodeError(`the server's answer has no [time, value] at ${path}`);
  }
  const both: readonly unknown[] = value;
  return [Math.round(number(both[0], `${path}[0]`) * 1000), both[1]];
}

const bucket: Decoder<HistogramBucket> = (value, path) => {
  const [rule, lower, upper, count] = list<unknown>((one) => one)(value, path);
  return {
    rule: number(rule, `${path}[0]`),
    lower: text(lower, `${path}[1]`),
    upper: text(upper, `${path}[2]`),
    count: text(count, `${path}[3]`),
  };
};

const histogram: Decoder<HistogramValue> = (value, path) => {
  const shape = object({ count: text, sum: text, buckets: optional(list(bucket)) })(value, path);
  return { count: shape.count, sum: shape.sum, buckets: shape.buckets ?? [] };
};

const vectorSample: Decoder<VectorSample> = (value, path) => {
  const source = record(value, path);
  const metric = labels(source['metric'], `${path}.metric`);
  if (source['histogram'] !== undefined) {
    const [timeMs, raw] = pair(source['histogram'], `${path}.histogram`);
    return { metric, timeMs, value: { kind: 'histogram', histogram: histogram(raw, path) } };
  }
  const [timeMs, raw] = pair(source['value'], `${path}.value`);
  const word = text(raw, path);
  return {
    metric,
    timeMs,
    value: { kind: 'float', text: word, number: parseFloatText(raw, path) },
  };
};

const matrixSeries: Decoder<MatrixSeries> = (value, path) => {
  const source = record(value, path);
  const metric = labels(source['metric'], `${path}.metric`);
  const raw =
    source['values'] === undefined ? [] : list<unknown>((one) => one)(source['values'], path);
  const times = raw.length > 0 ? new Float64Array(raw.length) : EMPTY;
  const values = raw.length > 0 ? new Float64Array(raw.length) : EMPTY;
  raw.forEach((one, i) => {
    const [timeMs, word] = pair(one, path);
    times[i] = timeMs;
    values[i] = parseFloatText(word, path);
  });
  const histograms = optional(
    list((one, at) => {
      const [timeMs, body] = pair(one, at);
      return { timeMs, histogram: histogram(body, at) };
    }),
  )(source['histograms'], `${path}.histograms`);
  return { metric, times, values, histograms: histograms ?? [] };
};

const stats: Decoder<QueryStats> = (value, path) => {
  const found = optional(
    object({
      timings: optional(object({ execTotalTime: optional(number) })),
      samples: optional(
        object({ totalQueryableSamples: optional(number), peakSamples: optional(number) }),
      ),
    }),
  )(value, path);
  const seconds = found?.timings?.execTotalTime ?? null;
  return {
    evalMs: seconds === null ? null : seconds * 1000,
    samples: found?.samples?.totalQueryableSamples ?? null,
    peakSamples: found?.samples?.peakSamples ?? null,
  };
};

export const decodeQueryData: Decoder<QueryData> = (value, path) => {
  const source = record(value, path);
  const type = oneOf(
    'vector',
    'matrix',
    'scalar',
    'string',
  )(source['resultType'], `${path}.resultType`);
  const at = `${path}.result`;
  const both = { stats: stats(source['stats'], `${path}.stats`) };
  switch (type) {
    case 'vector':
      return { ...both, result: { type, samples: list(vectorSample)(source['result'], at) } };
    case 'matrix':
      return { ...both, result: { type, series: list(matrixSeries)(source['result'], at) } };
    default: {
      const [timeMs, word] = pair(source['result'], at);
      return { ...both, result: { type, timeMs, text: text(word, at) } };
    }
  }
};

const seconds = (ms: number): string => String(ms / 1000);

export async function queryInstant(
  expr: string,
  timeMs: number,
  signal: AbortSignal,
): Promise<ApiSuccess<QueryData>> {
  const params = { query: expr, time: seconds(timeMs), stats: 'true' };
  return unwrap(await request('query', decodeQueryData, { params, post: true, signal }));
}

export async function queryRange(
  expr: string,
  window: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
  signal: AbortSignal,
): Promise<ApiSuccess<QueryData>> {
  const params = {
    query: expr,
    start: seconds(window.startMs),
    end: seconds(window.endMs),
    step: seconds(window.stepMs),
    stats: 'true',
  };
  return unwrap(await request('query_range', decodeQueryData, { params, post: true, signal }));
}
