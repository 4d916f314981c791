import { describe, expect, it } from 'vitest';
import type { ScopeValue } from '../variables/interpolate';
import { EMPTY_SCOPE, withScopedVars, withValues } from '../variables/interpolate';
import { panelQueries, panelRange, refreshMs } from './request';
import { findSource } from './sources';
import { contextOf, panelOf, SOURCES } from './testing';

const HOUR = 3_600_000;
const now = 1_000_000_000;
const listValue = (values: string[]): ScopeValue => ({
  values,
  texts: values,
  list: true,
  all: false,
  allValue: null,
});

describe('the body of a query', () => {
  const panel = panelOf({
    datasource: { type: 'prometheus', uid: '${ds}' },
    interval: '30s',
    targets: [
      {
        refId: 'A',
        expr: 'rate(x{job=~"$job"}[$__rate_interval])',
        legendFormat: '{{instance}} of $job',
        interval: '$step',
        format: 'table',
        instant: true,
      },
    ],
  });
  const scope = withValues(
    { ...EMPTY_SCOPE, timezone: 'utc' },
    { ds: 'slow', job: listValue(['a.b']), step: '2m', __range: '3600s' },
  );
  it('has variables filled in and leaves macros to the server', () => {
    const { queries } = panelQueries(panel, contextOf({ scope }), 600);
    expect(queries).toEqual([
      {
        refId: 'A',
        datasource: { type: 'prometheus', uid: 'slow' },
        expr: 'rate(x{job=~"a\\\\.b"}[$__rate_interval])',
        legendFormat: '{{instance}} of a.b',
        format: 'table',
        instant: true,
        range: false,
        exemplar: false,
        interval: '2m',
        intervalFactor: 1,
        intervalMs: 30_000,
        maxDataPoints: 600,
        utcOffsetSec: 0,
      },
    ]);
  });
  it('takes the scrape interval of its data source as the least', () => {
    const plain = panelOf({ ...panel.raw, interval: '' });
    expect(panelQueries(plain, contextOf({ scope }), 600).interval.intervalMs).toBe(60_000);
  });
  it('knows the value that a repeat set', () => {
    const clone = { ...panel, scopedVars: { job: { text: 'b', value: 'b' } } };
    const { queries } = panelQueries(clone, contextOf({ scope }), 600);
    expect(queries[0]?.['expr']).toContain('job=~"b"');
    expect(withScopedVars(scope, {})).toBe(scope);
  });
  it('carries filters that were added to its expression', () => {
    const filter = (expr: string, uid: string) => `${expr} # ${uid}`;
    const { queries } = panelQueries(panel, contextOf({ scope, filter }), 600);
    expect(queries[0]?.['expr']).toContain('# slow');
  });
  it('leaves out what is hidden or empty', () => {
    const some = panelOf({
      targets: [
        { refId: 'A', expr: ' ' },
        { refId: 'B', expr: 'up', hide: true },
        { refId: 'C', expr: 'up' },
      ],
    });
    expect(panelQueries(some, contextOf(), 600).queries.map(({ refId }) => refId)).toEqual(['C']);
  });
  it('keeps hidden queries that an expression may need, all in one request', () => {
    const math = panelOf({
      targets: [
        { refId: 'A', expr: 'up', hide: true },
        { refId: 'B', type: 'math', expression: '$A * 2', datasource: { uid: '__expr__' } },
      ],
    });
    const plan = panelQueries(math, contextOf(), 600);
    expect(plan.together).toBe(true);
    expect(plan.queries.map(({ refId, hide }) => [refId, hide])).toEqual([
      ['A', true],
      ['B', undefined],
    ]);
    expect(plan.queries[1]).toMatchObject({ type: 'math', expression: '$A * 2' });
  });
});

describe('data sources', () => {
  const of = (uid: string, type = '') => findSource({ uid, type }, SOURCES, EMPTY_SCOPE);
  it('are found by uid, by name, and by nothing at all', () => {
    expect(of('slow')?.source.uid).toBe('slow');
    expect(of('Slow one')?.source.uid).toBe('slow');
    expect(of('')?.source.uid).toBe('prom');
    expect(of('', 'loki')?.source.uid).toBe('logs');
    expect(of('prometheus')?.source.uid).toBe('prom');
  });
  it('that an export asks for are the default one, with a remark', () => {
    const found = of('${DS_PROMETHEUS}', 'prometheus');
    expect(found?.source.uid).toBe('prom');
    expect(found?.remark).toContain('DS_PROMETHEUS');
  });
  it('of a type that is not here are none', () => {
    expect(of('x', 'mysql')).toBeNull();
    expect(findSource({ uid: '', type: '' }, [], EMPTY_SCOPE)).toBeNull();
  });
  it('are those of the queries where the panel mixes them, else the panel’s', () => {
    const targets = [
      { refId: 'A', expr: 'a', datasource: { uid: 'slow', type: 'prometheus' } },
      { refId: 'B', expr: 'b', datasource: { uid: 'prom', type: 'prometheus' } },
    ];
    const uids = (datasource: string) =>
      panelQueries(panelOf({ datasource, targets }), contextOf(), 500).queries.map(
        ({ datasource: ref }) => JSON.stringify(ref),
      );
    expect(uids('-- Mixed --')).toEqual([
      '{"type":"prometheus","uid":"slow"}',
      '{"type":"prometheus","uid":"prom"}',
    ]);
    expect(new Set(uids('prom')).size).toBe(1);
  });
  it('of Grafana itself hold frames or a remark', () => {
    const grafana = panelOf({
      datasource: '-- Grafana --',
      targets: [{ queryType: 'randomWalk' }],
    });
    const plan = panelQueries(grafana, contextOf(), 500);
    expect(plan.queries).toEqual([]);
    expect(plan.remarks[0]).toContain('built-in');
  });
});

describe('the range of a panel', () => {
  const of = (timeFrom: string, timeShift = '', from = 'now-6h') =>
    panelRange(
      { timeFrom, timeShift, hideTimeOverride: false },
      { from, to: 'now' },
      { now, timezone: 'utc' },
      withValues(EMPTY_SCOPE, { w: '2h' }),
    );
  it('is its own where it has one', () => {
    expect(of('1h').range).toEqual({ from: now - HOUR, to: now });
    expect(of('1h').timeInfo).toBe('Last 1h');
    expect(of('$w').range.from).toBe(now - 2 * HOUR);
    expect(of('now/d').range.from).toBe(Math.floor(now / 86_400_000) * 86_400_000);
  });
  it('does not take the place of one that does not move', () => {
    expect(of('1h', '', '900000000').range.from).toBe(900_000_000);
  });
  it('is moved back by a shift', () => {
    const shifted = of('', '1d');
    expect(shifted.range).toEqual({ from: now - 30 * HOUR, to: now - 24 * HOUR });
    expect(shifted.timeInfo).toBe('timeshift -1d');
    expect(of('rubbish', 'rubbish').range).toEqual({ from: now - 6 * HOUR, to: now });
  });
  it('may be kept quiet about', () => {
    const quiet = { timeFrom: '1h', timeShift: '1d', hideTimeOverride: true };
    const raw = { from: 'now-6h', to: 'now' };
    expect(panelRange(quiet, raw, { now, timezone: 'utc' }, EMPTY_SCOPE).timeInfo).toBe('');
  });
});

describe('refresh', () => {
  it('is a duration, "auto", or off', () => {
    const range = { from: now - HOUR, to: now };
    expect(refreshMs('30s', range, 800)).toBe(30_000);
    expect(refreshMs('', range, 800)).toBeNull();
    expect(refreshMs('off', range, 800)).toBeNull();
    expect(refreshMs('auto', range, 800)).toBe(15_000);
  });
});
