import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../model';
import { loadDashboard, loadPanel } from './load';
import { toJson } from './save';

const load = async (raw: unknown) => (await loadDashboard(raw)).dashboard;

describe('the dashboard of the example stack', () => {
  const file = resolve('../examples/stacks/wingman/monitoring/wingman-health-overview.json');
  it.skipIf(!existsSync(file))('is shown as it is meant', async () => {
    const d = await load(JSON.parse(readFileSync(file, 'utf8')));
    const [stat, graph] = d.panels;
    expect(d.title).toBe('Wingman Health Overview');
    expect([stat?.type, stat?.id, graph?.type, graph?.id]).toEqual(['stat', 1, 'timeseries', 2]);
    // Red below 1: the first step is the base, whatever its value says.
    expect(stat?.fieldConfig.defaults.thresholds).toEqual({
      mode: 'absolute',
      steps: [
        { value: -Infinity, color: 'red' },
        { value: 1, color: 'green' },
      ],
    });
    expect(graph?.targets[0]).toMatchObject({
      refId: 'A',
      expr: 'wingman_verifier_available',
      legendFormat: '{{verifier}}',
      range: true,
    });
    expect([stat?.gridPos, graph?.gridPos]).toEqual([
      { x: 0, y: 0, w: 12, h: 8 },
      { x: 12, y: 0, w: 12, h: 8 },
    ]);
    expect(stat?.datasource).toEqual({ type: '', uid: '' });
  });
});

describe('what a dashboard comes wrapped in', () => {
  const board = { title: 'T', panels: [{ type: 'stat' }], schemaVersion: 39 };
  it.each([
    ['nothing', board],
    ['an answer of the API', { dashboard: board, meta: { slug: 't' } }],
    ['an import', { dashboard: board, folderUid: 'f', overwrite: true }],
    [
      'a resource',
      {
        apiVersion: 'dashboard.grafana.app/v1beta1',
        kind: 'Dashboard',
        metadata: { name: 'u' },
        spec: board,
      },
    ],
    ['an import of an answer', { dashboard: { dashboard: board, meta: {} } }],
  ])('is looked through: %s', async (_, raw) => {
    const d = await load(raw);
    expect([d.title, d.panels.length]).toEqual(['T', 1]);
  });
  it('gives a resource its name as uid', async () => {
    const d = await load({ kind: 'Dashboard', metadata: { name: 'abc' }, spec: board });
    expect(d.uid).toBe('abc');
  });
  it('may be nothing at all, which is said and not thrown', async () => {
    for (const raw of [null, undefined, 7, 'x', [], {}]) {
      const { dashboard, notes } = await loadDashboard(raw);
      expect(dashboard.panels).toEqual([]);
      expect(notes).toHaveLength(1);
    }
  });
});

describe('what is missing', () => {
  it('is assigned: ids, names of queries, places', async () => {
    const d = await load({
      title: 'x',
      panels: [
        {
          type: 'timeseries',
          id: 5,
          targets: [{ expr: 'a' }, { refId: 'A', expr: 'b' }, { refId: 'A', expr: 'c' }],
        },
        { type: 'stat', id: 5 },
        { type: 'row', panels: [] },
        { type: 'stat' },
        { type: 'stat', gridPos: { x: 0, y: 50, w: 24, h: 4 } },
        { type: 'stat' },
      ],
    });
    expect(d.panels.map(({ id }) => id)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(d.panels[0]?.targets.map(({ refId }) => refId)).toEqual(['B', 'A', 'C']);
    expect(d.panels.map(({ gridPos: { x, y, w } }) => [x, y, w])).toEqual([
      [0, 0, 12],
      [12, 0, 12],
      [0, 8, 24],
      [0, 9, 12],
      [0, 50, 24],
      [0, 54, 12],
    ]);
  });
  it('is said where it may matter: ids that two panels have', async () => {
    const { notes } = await loadDashboard({
      title: 'x',
      panels: [
        { id: 1, type: 'a' },
        { id: 1, type: 'b', title: 'B' },
      ],
    });
    expect(notes).toEqual([{ where: 'B', text: 'Two panels have the id 1; this one now has 2.' }]);
  });
  it('has the defaults of the format', async () => {
    const d = await load({ title: 'x', schemaVersion: 42 });
    expect(d).toMatchObject({
      editable: true,
      time: { from: 'now-6h', to: 'now' },
      refresh: '',
      graphTooltip: 0,
      timezone: '',
      tags: [],
    });
    expect(d.timepicker.refreshIntervals).toContain('30s');
    expect(d.annotations.map(({ builtIn }) => builtIn)).toEqual([true]);
  });
});

describe('what is odd', () => {
  it('is taken as it is meant', async () => {
    const d = await load({
      title: 'x',
      refresh: false,
      timezone: 'UTC',
      graphTooltip: '1',
      schemaVersion: 38,
      panels: [
        {
          id: '3',
          type: 'stat',
          datasource: 'default',
          maxDataPoints: '100',
          gridPos: { w: 40, x: 30, h: 0 },
        },
        {
          id: 4,
          type: 'stat',
          datasource: null,
          targets: [
            { datasource: { type: 'prometheus', uid: 'p' }, instant: true, range: false },
            { range: false },
          ],
        },
      ],
    });
    const [a, b] = d.panels;
    expect([d.refresh, d.timezone, d.graphTooltip]).toEqual(['', 'utc', 1]);
    expect(a).toMatchObject({ id: 3, maxDataPoints: 100, datasource: { uid: '' } });
    expect(a?.gridPos).toEqual({ x: 0, y: 0, w: 24, h: 1 });
    // The query's own source, because the panel says only "default".
    expect(b?.datasource.uid).toBe('p');
    expect(b?.targets.map(({ instant, range }) => [instant, range])).toEqual([
      [true, false],
      [false, true],
    ]);
  });
  it('in an open row that holds its panels itself is put right', async () => {
    const d = await load({
      title: 'x',
      panels: [
        {
          type: 'row',
          id: 1,
          collapsed: false,
          gridPos: { y: 0, h: 1, w: 24 },
          panels: [{ id: 2, type: 'stat', gridPos: { x: 0, y: 1, w: 6, h: 4 } }],
        },
        { type: 'stat', id: 3, gridPos: { x: 0, y: 1, w: 6, h: 4 } },
      ],
    });
    expect(d.panels.map(({ id, gridPos }) => [id, gridPos.y])).toEqual([
      [1, 0],
      [2, 1],
      [3, 5],
    ]);
  });
  it('of a kind nobody knows is kept whole', async () => {
    const raw = {
      id: 1,
      type: 'acme-panel',
      options: { deep: { er: [1] } },
      gridPos: { x: 0, y: 0, w: 6, h: 4 },
      own: { k: 1 },
    };
    const d = await load({ title: 'x', schemaVersion: 42, panels: [raw] });
    expect(d.panels[0]?.type).toBe('acme-panel');
    expect(toJson(d)['panels']).toEqual([raw]);
  });
  it('does not reach the prototype of objects', async () => {
    const raw: unknown = JSON.parse(
      '{"title":"x","__proto__":{"polluted":1},"panels":[{"type":"stat"}]}',
    );
    const d = await load(raw);
    expect(d.panels).toHaveLength(1);
    expect(Object.hasOwn(d.raw, '__proto__')).toBe(false);
    expect('polluted' in d.raw).toBe(false);
  });
});

describe('exported files', () => {
  it('tell what they ask for, and bring their library panels', async () => {
    const { dashboard, inputs } = await loadDashboard({
      title: 'x',
      schemaVersion: 42,
      __inputs: [{ name: 'DS_PROM', label: 'Prom', type: 'datasource', pluginId: 'prometheus' }],
      __elements: {
        lib1: { uid: 'lib1', name: 'L', kind: 1, model: { type: 'gauge', title: 'Lib' } },
      },
      panels: [
        { id: 1, libraryPanel: { uid: 'lib1', name: 'L' }, gridPos: { x: 0, y: 0, w: 6, h: 4 } },
      ],
    });
    expect(inputs).toEqual([
      {
        name: 'DS_PROM',
        label: 'Prom',
        description: '',
        type: 'datasource',
        pluginId: 'prometheus',
        value: '',
      },
    ]);
    expect(dashboard.panels[0]).toMatchObject({
      type: 'gauge',
      title: 'Lib',
      libraryPanel: { uid: 'lib1', name: 'L' },
    });
  });
});

describe('a panel by itself', () => {
  it('is migrated as one of a dashboard', async () => {
    const panel = await loadPanel({ id: 7, type: 'graph', title: 'G' });
    expect(panel).toMatchObject({ id: 7, type: 'timeseries', title: 'G' });
  });
});

describe('variables', () => {
  it('are read in all their shapes', async () => {
    const list: JsonObject[] = [
      {
        name: 'a',
        type: 'query',
        query: { query: 'label_values(a)', refId: 'x' },
        current: { text: ['All'], value: ['$__all'] },
        includeAll: true,
        allValue: '.*',
      },
      { name: 'b', type: 'query', definition: 'label_values(b)', datasource: '$ds', hide: 2 },
      { name: 'c', type: 'unheard', query: 'x' },
      { type: 'custom' },
    ];
    const d = await load({ title: 'x', schemaVersion: 42, templating: { list } });
    expect(d.variables.map(({ name, query }) => [name, query])).toEqual([
      ['a', 'label_values(a)'],
      ['b', 'label_values(b)'],
      ['c', 'x'],
    ]);
    expect(d.variables[0]).toMatchObject({ current: { value: ['$__all'] }, allValue: '.*' });
    expect(d.variables[1]).toMatchObject({ hide: 2, datasource: { uid: '$ds' } });
  });
});
