import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../model';
import { allPanelsOf } from '../layout';
import { loadDashboard } from '../load';

const load = async (raw: unknown) => (await loadDashboard(raw)).dashboard;

describe('the second format', () => {
  const panel = (id: number, group: string): JsonObject => ({
    kind: 'Panel',
    spec: {
      id,
      title: `P${id}`,
      data: {
        kind: 'QueryGroup',
        spec: {
          queries: [
            {
              kind: 'PanelQuery',
              spec: {
                refId: 'A',
                hidden: false,
                query: {
                  kind: 'DataQuery',
                  group: 'prometheus',
                  datasource: { name: 'prom' },
                  spec: { expr: 'up' },
                },
              },
            },
          ],
          transformations: [
            { kind: 'Transformation', group: 'organize', spec: { options: { a: 1 } } },
          ],
          queryOptions: { interval: '1m' },
        },
      },
      vizConfig: {
        kind: 'VizConfig',
        group,
        version: '12',
        spec: { options: { o: 1 }, fieldConfig: { defaults: { unit: 's' } } },
      },
    },
  });
  const item = (name: string, x: number, y: number): JsonObject => ({
    kind: 'GridLayoutItem',
    spec: { x, y, width: 12, height: 6, element: { kind: 'ElementReference', name } },
  });
  const grid = (...items: JsonObject[]): JsonObject => ({ kind: 'GridLayout', spec: { items } });
  const row = (title: string, collapse: boolean, layout: JsonObject): JsonObject => ({
    kind: 'RowsLayoutRow',
    spec: { title, collapse, layout, repeat: { mode: 'variable', value: 'job' } },
  });
  const v2 = (layout: JsonObject) => ({
    apiVersion: 'dashboard.grafana.app/v2beta1',
    kind: 'Dashboard',
    metadata: { name: 'u2' },
    spec: {
      title: 'Two',
      cursorSync: 'Crosshair',
      elements: { a: panel(1, 'timeseries'), b: panel(2, 'stat') },
      layout,
      timeSettings: { from: 'now-1h', to: 'now', autoRefresh: '10s', timezone: 'utc' },
      variables: [
        {
          kind: 'QueryVariable',
          spec: {
            name: 'job',
            refresh: 'onTimeRangeChanged',
            sort: 'naturalAsc',
            hide: 'hideLabel',
            multi: true,
            query: { kind: 'DataQuery', group: 'prometheus', spec: { query: 'label_values(job)' } },
            current: { text: 'a', value: 'a' },
          },
        },
        { kind: 'DatasourceVariable', spec: { name: 'ds', pluginId: 'prometheus' } },
      ],
      annotations: [
        {
          kind: 'AnnotationQuery',
          spec: {
            name: 'Built',
            builtIn: true,
            enable: true,
            query: { group: 'grafana', datasource: { name: '-- Grafana --' }, spec: {} },
          },
        },
      ],
    },
  });
  it('is read: panels, variables, times', async () => {
    const d = await load(v2(grid(item('a', 0, 0), item('b', 12, 0))));
    expect([d.uid, d.title, d.graphTooltip, d.refresh]).toEqual(['u2', 'Two', 1, '10s']);
    expect(d.panels[0]).toMatchObject({
      type: 'timeseries',
      interval: '1m',
      datasource: { type: 'prometheus', uid: 'prom' },
      options: { o: 1 },
      gridPos: { x: 0, y: 0, w: 12, h: 6 },
    });
    expect(d.panels[0]?.targets[0]).toMatchObject({ refId: 'A', expr: 'up' });
    expect(d.panels[0]?.transformations[0]).toMatchObject({ id: 'organize', options: { a: 1 } });
    expect(d.variables[0]).toMatchObject({
      type: 'query',
      query: 'label_values(job)',
      refresh: 2,
      sort: 7,
      hide: 1,
      multi: true,
    });
    expect(d.variables[1]).toMatchObject({ type: 'datasource', query: 'prometheus' });
    expect(d.annotations).toHaveLength(1);
  });
  it('has rows, and tabs that become rows', async () => {
    const rows = {
      kind: 'RowsLayout',
      spec: {
        rows: [row('R1', false, grid(item('a', 0, 0))), row('R2', true, grid(item('b', 0, 0)))],
      },
    };
    const d = await load(v2(rows));
    expect(d.panels.map(({ type, title, gridPos }) => [type, title, gridPos.y])).toEqual([
      ['row', 'R1', 0],
      ['timeseries', 'P1', 1],
      ['row', 'R2', 7],
    ]);
    expect(d.panels[2]).toMatchObject({ collapsed: true, repeat: 'job' });
    expect(allPanelsOf(d)).toHaveLength(4);
    const tabs = {
      kind: 'TabsLayout',
      spec: { tabs: [row('T', false, grid(item('gone', 0, 0)))] },
    };
    const { notes } = await loadDashboard(v2(tabs));
    expect(notes.map(({ text }) => text)).toEqual([
      'Tabs are shown as rows.',
      'The layout names an element that is not there.',
    ]);
  });
  it('is laid out where it leaves that to the page', async () => {
    const auto = {
      kind: 'AutoGridLayout',
      spec: { maxColumnCount: 2, items: [item('a', 0, 0), item('b', 0, 0)] },
    };
    const d = await load(v2(auto));
    expect(d.panels.map(({ gridPos }) => [gridPos.x, gridPos.w, gridPos.h])).toEqual([
      [0, 12, 9],
      [12, 12, 9],
    ]);
  });
});
