// The delivery log's own words for people.

import { formatElapsed } from './time';

export type OutcomeWord = 'delivered' | 'failed' | 'skipped' | 'muted';

export const OUTCOME_NAMES: Readonly<Record<OutcomeWord, string>> = {
  delivered: 'Delivered',
  failed: 'Failed',
  skipped: 'Not needed',
  muted: 'Muted',
};

/** `no_change` as words: `no change`. */
export function reasonWords(reason: string): string {
  return reason.replace(/_/g, ' ');
}

const MUTED: Readonly<Record<string, string>> = {
  silence: 'silenced',
  inhibition: 'inhibited',
  mute_time_interval: 'in a mute time',
  active_time_interval: 'outside of active time',
};

/** What kept an alert from being told; empty when nothing did. */
export function mutedWords(kind: string): string {
  return MUTED[kind] ?? reasonWords(kind);
}

/** Less than the log measures is no zero. */
export function tookWords(ms: number): string {
  return ms < 1 ? 'under 1 ms' : formatElapsed(ms);
}

const NAMES: Readonly<Record<string, string>> = {
  email: 'E-mail',
  pagerduty: 'PagerDuty',
  opsgenie: 'Opsgenie',
  victorops: 'VictorOps',
  msteams: 'MS Teams',
  msteamsv2: 'MS Teams',
  rocketchat: 'Rocket.Chat',
  sns: 'SNS',
  wechat: 'WeChat',
};

export function integrationName(integration: string): string {
  return NAMES[integration] ?? integration.charAt(0).toUpperCase() + integration.slice(1);
}

/** With its place among those of the same receiver, from the second on. */
export function integrationLabel(integration: string, index: number): string {
  const name = integrationName(integration);
  return index === 0 ? name : `${name} ${index + 1}`;
}

/** JSON laid out to be read; anything else as it is. */
export function prettyBody(body: string): string {
  if (!/^\s*[[{]/.test(body)) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
