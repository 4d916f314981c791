// What the back-test page is asked for, in its address.

import { parseDuration } from '../../lib/time';

export interface BacktestForm {
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly keep: string;
  readonly range: string;
  /** How often the rule is evaluated. */
  readonly every: string;
}

const RANGES = ['6h', '1d', '1w', '30d'];

export function readBacktest(search: string): BacktestForm {
  const params = new URLSearchParams(search);
  const range = params.get('range') ?? '';
  return {
    name: params.get('name') ?? '',
    expr: params.get('expr') ?? '',
    for: params.get('for') ?? '',
    keep: params.get('keep') ?? '',
    range: RANGES.includes(range) ? range : '1d',
    every: params.get('every') ?? '',
  };
}

/** The server evaluates so many points of time at most. */
const MAX_POINTS = 10_000;
const NICE_STEPS_S = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** As often as the rule is evaluated, or less often where that would be too much. */
export function backtestStep(rangeMs: number, every: string): number {
  const own = parseDuration(every) ?? 60_000;
  const least = rangeMs / MAX_POINTS;
  if (own >= least) return own;
  return (NICE_STEPS_S.find((seconds) => seconds * 1000 >= least) ?? 3600) * 1000;
}

export function writeBacktest(form: BacktestForm): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'string' && value.trim() !== '') params.set(name, value.trim());
  }
  return params.toString();
}
