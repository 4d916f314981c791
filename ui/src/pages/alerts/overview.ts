// Alerting rules of all groups in the order someone on call reads them.

import type { AlertingRule, RuleGroup } from '../../api/rules';
import { matchesFilter, parseFilter } from '../../lib/filter';

export const ALERT_STATES = ['firing', 'pending', 'inactive'] as const;
export type AlertStateFilter = (typeof ALERT_STATES)[number] | 'all';

export interface ListedRule {
  readonly key: string;
  readonly group: RuleGroup;
  readonly rule: AlertingRule;
}

/** A rule that was never evaluated, or cannot be, stands with the inactive ones. */
export function stateOf(rule: AlertingRule): (typeof ALERT_STATES)[number] {
  return rule.state === 'unknown' ? 'inactive' : rule.state;
}

export function listRules(groups: readonly RuleGroup[]): ListedRule[] {
  const rules = groups.flatMap((group) =>
    group.rules.flatMap((rule, i): ListedRule[] =>
      rule.type === 'alerting' ? [{ key: `${group.file}\n${group.name}\n${i}`, group, rule }] : [],
    ),
  );
  return rules.sort((a, b) => fileRank(a) - fileRank(b));
}

/** Failing rules are blind, which is worse than quiet. */
export function fileRank({ rule }: ListedRule): number {
  return ALERT_STATES.indexOf(stateOf(rule)) - (rule.health === 'err' ? 0.5 : 0);
}

export function countStates(rules: readonly ListedRule[]): Record<AlertStateFilter, number> {
  const counts = { all: rules.length, firing: 0, pending: 0, inactive: 0 };
  for (const { rule } of rules) counts[stateOf(rule)]++;
  return counts;
}

/** Rules of a state that the text speaks of, each with those of its alerts that match. */
export function filterRules(
  rules: readonly ListedRule[],
  state: AlertStateFilter,
  text: string,
): ListedRule[] {
  const terms = parseFilter(text);
  return rules.flatMap((listed) => {
    const { rule, group } = listed;
    if (state !== 'all' && stateOf(rule) !== state) return [];
    const words = [rule.name, rule.query, group.name, group.file];
    const alerts = rule.alerts.filter((alert) =>
      matchesFilter(terms, alert.labels, [...words, ...Object.values(alert.annotations)]),
    );
    if (alerts.length > 0) return [{ ...listed, rule: { ...rule, alerts } }];
    return matchesFilter(terms, { alertname: rule.name, ...rule.labels }, words) ? [listed] : [];
  });
}
