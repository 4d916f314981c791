// When a rule would have fired over what is stored.

import { request, unwrap, type ApiSuccess } from './client';
import {
  bool,
  float,
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
import { threshold } from './rules';

const episode = object({
  pendingAt: time,
  firedAt: optional(time),
  endedAt: optional(time),
  peak: optional(float),
  peakAt: optional(time),
});

const backtest = object({
  alerts: withDefault(list(object({ labels: map(text), episodes: list(episode) })), []),
  fired: number,
  firingSeconds: number,
  pendingOnly: number,
  series: number,
  start: time,
  end: time,
  step: optional(number),
  threshold: optional(threshold),
  truncated: withDefault(bool, false),
});

export type Episode = Decoded<typeof episode>;
export type Backtest = Decoded<typeof backtest>;

export interface BacktestQuery {
  readonly expr: string;
  readonly for: string;
  readonly keepFiringFor: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

export async function fetchBacktest(
  query: BacktestQuery,
  signal: AbortSignal,
): Promise<ApiSuccess<Backtest>> {
  const params = {
    expr: query.expr,
    for: query.for,
    keep_firing_for: query.keepFiringFor,
    start: String(query.startMs / 1000),
    end: String(query.endMs / 1000),
    step: String(query.stepMs / 1000),
  };
  const asked = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''));
  return unwrap(await request('rule_backtest', backtest, { params: asked, post: true, signal }));
}
