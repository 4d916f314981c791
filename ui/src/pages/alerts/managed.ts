// Managed rules in the list of all alert rules.

import type { OverviewAlert, OverviewRule } from '../../api/grafana/alerting';
import { matchesFilter, parseFilter } from '../../lib/filter';
import type { Tone } from '../../parts/StateBadge';
import { ALERT_STATES, type AlertStateFilter } from './overview';

/** Labels that say of an alert only which rule it is of. */
export const RULE_LABELS = [
  'alertname',
  'grafana_folder',
  '__alert_rule_uid__',
  '__alert_rule_namespace_uid__',
] as const;

export function managedState(rule: OverviewRule): (typeof ALERT_STATES)[number] {
  if (rule.state === 'firing' || rule.state === 'recovering') return 'firing';
  return rule.state === 'pending' ? 'pending' : 'inactive';
}

/** "Alerting (NoData)": the state, and why it is that. */
export function splitState(state: string): { readonly word: string; readonly reason: string } {
  const match = /^(\w+)(?: \((.*)\))?$/.exec(state);
  return { word: match?.[1] ?? state, reason: match?.[2] ?? '' };
}

const WORDS: Readonly<Record<string, readonly [Tone, string]>> = {
  Alerting: ['bad', 'Firing'],
  Pending: ['warn', 'Pending'],
  Recovering: ['warn', 'Recovering'],
  NoData: ['warn', 'No data'],
  Error: ['bad', 'Error'],
  Normal: ['ok', 'Quiet'],
};

const REASONS: Readonly<Record<string, string>> = {
  NoData: 'no data',
  Error: 'an error',
  MissingSeries: 'its series is gone',
  Paused: 'paused',
  KeepLast: 'as it was',
  RuleDeleted: 'the rule is gone',
  Updated: 'the rule was changed',
};

export function alertWords(alert: OverviewAlert): readonly [Tone, string] {
  const { word, reason } = splitState(alert.state);
  const [tone, name] = WORDS[word] ?? ['idle', alert.state];
  return [tone, reason === '' ? name : `${name}: ${REASONS[reason] ?? reason}`];
}

/** Those that someone should look at, the worst first. */
export function worthShowing(rule: OverviewRule): OverviewAlert[] {
  const order = ['Alerting', 'Error', 'NoData', 'Pending', 'Recovering'];
  const rank = (alert: OverviewAlert) => order.indexOf(splitState(alert.state).word);
  return rule.alerts.filter((one) => rank(one) >= 0).sort((a, b) => rank(a) - rank(b));
}

export function ruleWords(rule: OverviewRule): readonly [Tone, string] {
  if (rule.paused) return ['idle', 'Paused'];
  const state = managedState(rule);
  const count = rule.alerts.filter((one) => splitState(one.state).word === 'Alerting').length;
  if (state === 'firing') {
    if (rule.state === 'recovering') return ['warn', 'Recovering'];
    return ['bad', count > 1 ? `Firing ${count}` : 'Firing'];
  }
  if (rule.health === 'error' || rule.health === 'err') return ['bad', 'Failing'];
  if (rule.health === 'nodata') return ['warn', 'No data'];
  if (state === 'pending') return ['warn', 'Pending'];
  return rule.lastEvaluation === null ? ['idle', 'Not evaluated'] : ['ok', 'Inactive'];
}

/** As the rules of files are ordered: firing, then blind, then pending, then quiet. */
export function managedRank(rule: OverviewRule): number {
  const blind = rule.health === 'error' || rule.health === 'err' || rule.health === 'nodata';
  return ALERT_STATES.indexOf(managedState(rule)) - (blind ? 0.5 : 0);
}

export function filterManaged(
  rules: readonly OverviewRule[],
  state: AlertStateFilter,
  text: string,
): OverviewRule[] {
  const terms = parseFilter(text);
  return rules.filter((rule) => {
    if (state !== 'all' && managedState(rule) !== state) return false;
    const words = [rule.name, rule.sentence, rule.group, rule.folder];
    const own = { alertname: rule.name, grafana_folder: rule.folder, ...rule.labels };
    return (
      matchesFilter(terms, own, words) ||
      rule.alerts.some((alert) =>
        matchesFilter(terms, { ...own, ...alert.labels }, [
          ...words,
          ...Object.values(alert.annotations),
        ]),
      )
    );
  });
}
