// Addresses that several pages of alerting point to.

import { isInternal, type Labels } from './labels';
import { matchersOf, printMatchers } from './matchers';

export function silenceAddress(labels: Labels): string {
  const filter = printMatchers(matchersOf(labels).filter(({ name }) => !isInternal(name)));
  return `/silences/new?${new URLSearchParams({ filter }).toString()}`;
}

export function whyAddress(fingerprint: string, labels: Labels): string {
  if (fingerprint !== '') return `/notifications/why?fingerprint=${fingerprint}`;
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(labels)) params.append('label', `${name}=${value}`);
  return `/notifications/why?${params.toString()}`;
}

export interface BacktestOf {
  readonly expr: string;
  readonly forSeconds: number;
  readonly name: string;
  /** Of its group, where that is known. */
  readonly intervalSeconds?: number;
}

export function backtestAddress({
  expr,
  forSeconds,
  name,
  intervalSeconds = 0,
}: BacktestOf): string {
  const params = new URLSearchParams({ expr });
  if (forSeconds > 0) params.set('for', `${forSeconds}s`);
  if (name !== '') params.set('name', name);
  if (intervalSeconds > 0) params.set('every', `${intervalSeconds}s`);
  return `/backtest?${params.toString()}`;
}
