import { describe, expect, it } from 'vitest';
import type { Dashboard, JsonObject, Panel } from '../model';
import { readDashboard } from './dashboard';
import { diffDashboards } from './diff';
import { exportJson } from './export';
import { findPanel } from './layout';
import { loadDashboard } from './load';
import { addPanel, movePanels, newPanel, removePanel, setPanel, setVariable, toJson } from './save';
import { EMPTY_VARIABLE } from './variable';

const panel = (
  id: number,
  x: number,
  y: number,
  w = 12,
  h = 4,
  more: JsonObject = {},
): JsonObject => ({
  id,
  type: 'timeseries',
  title: `P${id}`,
  gridPos: { x, y, w, h },
  ...more,
});
const board = (...panels: JsonObject[]): Dashboard =>
  readDashboard({ title: 'T', schemaVersion: 42, panels });

function get(d: Dashboard, id: number): Panel {
  const found = findPanel(d, id);
  if (found === undefined) throw new Error(`no panel ${id}`);
  return found;
}

describe('saving', () => {
  const file: JsonObject = {
    title: 'T',
    uid: 'u',
    zeta: { kept: true },
    schemaVersion: 42,
    annotations: { list: [{ name: 'Built', builtIn: 1, own: 1 }], more: 2 },
    templating: {
      list: [{ name: 'v', type: 'query', query: { query: 'a', refId: 'R' }, extra: [1] }],
    },
    panels: [
      panel(1, 0, 0, 12, 4, {
        own: 'x',
        fieldConfig: {
          defaults: {
            unit: 's',
            actions: [1],
            thresholds: { steps: [{ value: 0, color: 'red' }] },
          },
          overrides: [
            { matcher: { id: 'byName', options: 'a' }, properties: [], __systemRef: 'r' },
          ],
        },
        targets: [{ refId: 'A', expr: 'up', editorMode: 'code', format: 'time_series' }],
      }),
    ],
  };
  it('leaves a file that was not changed as it was, in its order', async () => {
    const { dashboard } = await loadDashboard(file);
    expect(JSON.stringify(toJson(dashboard))).toBe(
      JSON.stringify({ ...file, timepicker: undefined }),
    );
  });
  it('writes only what was changed', async () => {
    const { dashboard } = await loadDashboard(file);
    const one = get(dashboard, 1);
    const { defaults } = one.fieldConfig;
    const [target] = one.targets;
    if (target === undefined) throw new Error('no target');
    const changed = setPanel(dashboard, {
      ...one,
      title: 'Other',
      fieldConfig: { ...one.fieldConfig, defaults: { ...defaults, unit: 'ms', decimals: 2 } },
      targets: [{ ...target, expr: 'down', instant: true }],
    });
    const json = toJson({
      ...changed,
      variables: changed.variables.map((v) => ({ ...v, query: 'b' })),
    });
    expect(json).toEqual({
      ...file,
      templating: {
        list: [
          {
            name: 'v',
            type: 'query',
            query: { query: 'b', refId: 'R' },
            definition: 'b',
            extra: [1],
          },
        ],
      },
      panels: [
        {
          ...panel(1, 0, 0, 12, 4),
          own: 'x',
          title: 'Other',
          fieldConfig: {
            defaults: {
              unit: 'ms',
              decimals: 2,
              actions: [1],
              thresholds: { steps: [{ value: 0, color: 'red' }] },
            },
            overrides: [
              { matcher: { id: 'byName', options: 'a' }, properties: [], __systemRef: 'r' },
            ],
          },
          targets: [
            { refId: 'A', expr: 'down', instant: true, editorMode: 'code', format: 'time_series' },
          ],
        },
      ],
    });
  });
  it('writes a panel that was made here so that it is read as the same', async () => {
    const made = newPanel('stat', {
      title: 'Made',
      fieldConfig: {
        defaults: {
          unit: 's',
          thresholds: {
            mode: 'absolute',
            steps: [
              { value: -Infinity, color: 'green' },
              { value: 5, color: 'red' },
            ],
          },
          mappings: [
            { type: 'special', match: 'nan', result: { text: 'none' } },
            { type: 'range', from: null, to: 3, result: {} },
          ],
          links: [{ title: 'l', url: '/x', targetBlank: true }],
          custom: { lineWidth: 2 },
        },
        overrides: [],
      },
      transformations: [
        {
          id: 'organize',
          options: { a: 1 },
          disabled: true,
          filter: { id: 'byRefId', options: 'A' },
        },
      ],
      repeat: 'job',
      maxDataPoints: 100,
    });
    const d = addPanel(board(), made);
    const { dashboard } = await loadDashboard(JSON.parse(JSON.stringify(toJson(d))));
    const back = get(dashboard, 1);
    expect(back.fieldConfig).toEqual(made.fieldConfig);
    expect(back).toMatchObject({ title: 'Made', repeat: 'job', maxDataPoints: 100 });
    expect(back.transformations[0]).toMatchObject({
      id: 'organize',
      disabled: true,
      filter: { id: 'byRefId' },
    });
  });
});

describe('what changed', () => {
  it('is told in words, and nothing where nothing is', () => {
    const before = board(
      panel(1, 0, 0, 12, 4, { targets: [{ refId: 'A', expr: 'up' }] }),
      panel(2, 12, 0),
    );
    expect(diffDashboards(before, { ...before })).toEqual([]);
    const one = get(before, 1);
    let after = setPanel(before, {
      ...one,
      targets: one.targets.map((target) => ({ ...target, expr: 'down' })),
      fieldConfig: { ...one.fieldConfig, defaults: { ...one.fieldConfig.defaults, unit: 's' } },
    });
    after = movePanels(removePanel(after, 2), new Map([[1, { x: 0, y: 0, w: 24, h: 4 }]]));
    after = setVariable({ ...after, title: 'New', version: 9 }, { ...EMPTY_VARIABLE, name: 'job' });
    expect(diffDashboards(before, after).map(({ path, kind }) => `${kind}: ${path}`)).toEqual([
      'changed: Title',
      'added: Variable “job”',
      'changed: Panel “P1” › Queries › A › Expression',
      'added: Panel “P1” › Fields',
      'moved: Panel “P1”',
      'removed: Panel “P2”',
    ]);
    const title = diffDashboards(before, after)[0];
    expect([title?.before, title?.after]).toEqual(['T', 'New']);
  });
});

describe('exporting', () => {
  const sources = [{ uid: 'p1', name: 'My Prom', type: 'prometheus', isDefault: true }];
  const d = board(
    panel(1, 0, 0, 12, 4, {
      datasource: { type: 'prometheus', uid: 'p1' },
      targets: [{ refId: 'A', expr: 'up', datasource: { uid: 'p1' } }],
    }),
    panel(2, 0, 4, 12, 4, { datasource: { uid: '${ds}' } }),
    panel(3, 0, 8, 12, 4, { datasource: '-- Mixed --', libraryPanel: { uid: 'l', name: 'L' } }),
  );
  it('turns data sources into questions', async () => {
    const out = exportJson(
      setVariable(d, { ...EMPTY_VARIABLE, name: 'k', type: 'constant', query: 'v' }),
      {
        withInputs: true,
        sources,
        library: new Map([['l', { name: 'L', model: { type: 'stat' } }]]),
      },
    );
    expect(out['__inputs']).toMatchObject([
      { name: 'DS_MY_PROM', label: 'My Prom', type: 'datasource', pluginId: 'prometheus' },
      { name: 'VAR_K', type: 'constant', value: 'v' },
    ]);
    expect(JSON.stringify(out['panels'])).not.toContain('"p1"');
    expect(JSON.stringify(out['panels'])).toContain('${DS_MY_PROM}');
    expect(JSON.stringify(out['panels'])).toContain('${ds}');
    expect(JSON.stringify(out['panels'])).toContain('-- Mixed --');
    expect(out['__elements']).toMatchObject({ l: { kind: 1, model: { type: 'stat' } } });
    const required = JSON.stringify(out['__requires']);
    expect(required).toContain('"timeseries"');
    expect(required).toContain('"prometheus"');
    const { inputs } = await loadDashboard(out);
    expect(inputs.map(({ name }) => name)).toEqual(['DS_MY_PROM', 'VAR_K']);
  });
  it('for this server leaves them, and drops what belongs to the store', () => {
    const out = exportJson(
      { ...d, id: 7, version: 3 },
      { withInputs: false, sources, library: new Map() },
    );
    expect(out['id']).toBeNull();
    expect(out['version']).toBeUndefined();
    expect(out['__inputs']).toBeUndefined();
    expect(JSON.stringify(out)).toContain('"p1"');
  });
});
