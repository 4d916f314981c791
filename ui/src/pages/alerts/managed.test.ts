import { describe, expect, it } from 'vitest';
import type { OverviewAlert, OverviewRule } from '../../api/grafana/alerting';
import {
  alertWords,
  filterManaged,
  managedRank,
  managedState,
  ruleWords,
  worthShowing,
} from './managed';

const alert = (state: string, labels: Record<string, string> = {}): OverviewAlert => ({
  state,
  labels,
  annotations: {},
  activeAt: null,
  value: 1,
});

const rule = (change: Partial<OverviewRule> = {}): OverviewRule => ({
  source: 'grafana',
  uid: 'u',
  name: 'Down',
  folder: 'Services',
  group: 'g',
  state: 'inactive',
  health: 'ok',
  lastError: '',
  sentence: 'WHEN last() OF query(A) IS BELOW 1',
  query: '',
  type: 'alerting',
  for: '2m',
  lastEvaluation: 1,
  labels: { severity: 'page' },
  annotations: {},
  alerts: [],
  paused: false,
  provenance: '',
  dashboardUid: '',
  panelId: 0,
  ...change,
});

describe('a managed rule in the list', () => {
  it('says its state, and that it is blind', () => {
    expect(ruleWords(rule())).toEqual(['ok', 'Inactive']);
    expect(ruleWords(rule({ paused: true }))).toEqual(['idle', 'Paused']);
    expect(ruleWords(rule({ health: 'nodata' }))).toEqual(['warn', 'No data']);
    expect(ruleWords(rule({ health: 'error' }))).toEqual(['bad', 'Failing']);
    const two = [alert('Alerting'), alert('Alerting'), alert('Normal')];
    expect(ruleWords(rule({ state: 'firing', alerts: two }))).toEqual(['bad', 'Firing 2']);
  });

  it('that recovers still fires', () => {
    expect(managedState(rule({ state: 'recovering' }))).toBe('firing');
  });

  it('stands before the quiet ones if it is blind', () => {
    expect(managedRank(rule({ health: 'nodata' }))).toBeLessThan(managedRank(rule()));
    expect(managedRank(rule({ state: 'firing' }))).toBeLessThan(
      managedRank(rule({ state: 'pending' })),
    );
  });

  it('is found by its words, its labels and those of its alerts', () => {
    const one = rule({ alerts: [alert('Alerting', { instance: 'db-1' })] });
    const found = (text: string) => filterManaged([one], 'all', text).length;
    expect(found('below')).toBe(1);
    expect(found('severity="page"')).toBe(1);
    expect(found('instance="db-1"')).toBe(1);
    expect(found('instance="db-2"')).toBe(0);
    expect(filterManaged([one], 'firing', '')).toEqual([]);
  });
});

describe('an alert of it', () => {
  it('says why it is what it is', () => {
    expect(alertWords(alert('Alerting (NoData)'))).toEqual(['bad', 'Firing: no data']);
    expect(alertWords(alert('Normal (MissingSeries)'))).toEqual([
      'ok',
      'Quiet: its series is gone',
    ]);
    expect(alertWords(alert('Pending'))).toEqual(['warn', 'Pending']);
  });

  it('is shown if someone should look at it, the worst first', () => {
    const alerts = ['Normal', 'Pending', 'NoData', 'Alerting (Error)'].map((one) => alert(one));
    expect(worthShowing(rule({ alerts })).map(({ state }) => state)).toEqual([
      'Alerting (Error)',
      'NoData',
      'Pending',
    ]);
  });
});
