import { expect, test } from 'vitest';
import type { OverviewRule } from '../../api/grafana/alerting';
import { alertsOf, alertState } from './vizData';

const rule: OverviewRule = {
  source: 'prometheus',
  uid: '',
  name: 'TargetDown',
  folder: 'infra',
  group: 'g',
  state: 'firing',
  health: 'ok',
  lastError: '',
  sentence: '',
  query: 'up == 0',
  type: 'alerting',
  for: '1m',
  lastEvaluation: null,
  labels: { severity: 'page' },
  annotations: { summary: 'A target is down' },
  alerts: [],
  paused: false,
  provenance: '',
  dashboardUid: '',
  panelId: 0,
};
const all = { name: '', folder: '', datasource: '', dashboardOnly: false, limit: 10 };

test('states of Grafana and of Prometheus mean the same here', () => {
  expect(alertState('Alerting (NoData)')).toBe('firing');
  expect(alertState('Normal (MissingSeries)')).toBe('normal');
  expect(alertState('NoData')).toBe('nodata');
  expect(alertState('inactive')).toBe('normal');
});

test('a rule without alerts stands for itself, an error with its words', () => {
  expect(alertsOf([{ ...rule, state: 'inactive' }], all, '')[0]).toMatchObject({
    state: 'normal',
    summary: 'A target is down',
  });
  expect(alertsOf([{ ...rule, health: 'error', lastError: 'no' }], all, '')[0]).toMatchObject({
    state: 'error',
    summary: 'no',
  });
});

test('each alert is listed with what it says itself', () => {
  const alerts = [
    {
      labels: { instance: 'a' },
      annotations: { summary: 'a is down' },
      state: 'firing',
      activeAt: 5,
      value: 0,
    },
  ];
  expect(alertsOf([{ ...rule, alerts }], all, '')).toEqual([
    {
      name: 'TargetDown',
      state: 'firing',
      labels: { instance: 'a' },
      summary: 'a is down',
      since: 5,
      url: '/alerts?filter=TargetDown',
      folder: 'infra',
    },
  ]);
});

test('a list of this dashboard leaves out the rules of others', () => {
  const own = { ...rule, dashboardUid: 'x' };
  expect(alertsOf([rule, own], { ...all, dashboardOnly: true }, 'x')).toHaveLength(1);
  expect(alertsOf([rule], { ...all, datasource: 'grafana' }, 'x')).toHaveLength(0);
  expect(alertsOf([rule], { ...all, name: 'target' }, 'x')).toHaveLength(1);
});
