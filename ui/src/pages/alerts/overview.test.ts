import { describe, expect, it } from 'vitest';
import type { AlertingRule, RuleAlert, RuleGroup } from '../../api/rules';
import { countStates, filterRules, listRules } from './overview';

function alert(labels: Record<string, string>): RuleAlert {
  return {
    labels,
    fingerprint: '',
    annotations: {},
    state: 'firing',
    activeAt: 0,
    value: '1',
    keepFiringSince: null,
  };
}

function rule(name: string, state: AlertingRule['state'], alerts: RuleAlert[] = []): AlertingRule {
  return {
    type: 'alerting',
    name,
    query: `${name} > 1`,
    labels: { team: 'db' },
    health: 'ok',
    lastError: '',
    evaluationTime: 0,
    lastEvaluation: null,
    samples: null,
    state,
    duration: 0,
    keepFiringFor: 0,
    annotations: {},
    alerts,
    threshold: null,
  };
}

const group: RuleGroup = {
  name: 'g',
  file: 'f.yml',
  interval: 60,
  rules: [
    rule('Quiet', 'inactive'),
    { ...rule('Blind', 'unknown'), health: 'err' },
    rule('Soon', 'pending'),
    rule('Down', 'firing', [alert({ host: 'a' }), alert({ host: 'b' })]),
  ],
  evaluationTime: 0,
  lastEvaluation: null,
  limit: 0,
  missedIterations: 0,
  nextEvaluation: null,
};
const names = (rules: readonly { rule: AlertingRule }[]) => rules.map(({ rule: { name } }) => name);

describe('the list of alerting rules', () => {
  const listed = listRules([group]);
  it('begins with what burns, and blind rules stand before quiet ones', () => {
    expect(names(listed)).toEqual(['Down', 'Soon', 'Blind', 'Quiet']);
    expect(countStates(listed)).toEqual({ all: 4, firing: 1, pending: 1, inactive: 2 });
  });
  it('keeps of a rule the alerts that match', () => {
    const [found] = filterRules(listed, 'all', 'host="b"');
    expect(found?.rule.alerts.map(({ labels }) => labels['host'])).toEqual(['b']);
    expect(names(filterRules(listed, 'inactive', ''))).toEqual(['Blind', 'Quiet']);
    expect(names(filterRules(listed, 'all', 'soon >'))).toEqual(['Soon']);
  });
});
