import { describe, expect, it } from 'vitest';
import { cloneJson, draft, type Draft } from '../json';
import { RECENT, runSteps } from '../recent';
import { FIRST, perRow } from './first';
import { SECOND } from './second';

/** The steps up to this schema, from the one before it: those of this schema alone. */
function step(below: number, spec: Draft): Draft {
  const copy = draft(cloneJson(spec));
  const steps = [...FIRST, ...SECOND, ...RECENT].filter((one) => one.below === below);
  expect(steps.length).toBeGreaterThan(0);
  runSteps(copy, below - 1, steps);
  const untouched = draft(cloneJson(spec));
  runSteps(untouched, below, steps);
  expect(untouched, 'a file of this schema is left alone').toEqual(spec);
  return copy;
}

const panels = (...list: Draft[]) => ({ panels: list });
const variables = (...list: Draft[]) => ({ templating: { list } });

describe('old schemas', () => {
  it('2: services held time and variables; graphs had other names for things', () => {
    const spec = step(2, {
      services: { filter: { time: { from: 'now-1d', to: 'now' }, list: [{ name: 'x' }] } },
      panels: [
        {
          type: 'graphite',
          legend: true,
          grid: { min: 1, max: 2 },
          y_format: 's',
          y2_format: 'ms',
        },
      ],
    });
    expect(spec).toEqual({
      time: { from: 'now-1d', to: 'now' },
      templating: { list: [{ name: 'x' }] },
      panels: [
        {
          type: 'graph',
          legend: { show: true },
          grid: { leftMin: 1, leftMax: 2 },
          y_formats: ['s', 'ms'],
        },
      ],
    });
  });
  it('4: axes by alias became overrides', () => {
    expect(step(4, panels({ type: 'graph', aliasYAxis: { a: 2 } }))).toEqual(
      panels({ type: 'graph', seriesOverrides: [{ alias: 'a', yaxis: 2 }] }),
    );
  });
  it('6: annotations hung in pulldowns, the time picker in nav; variables had no type', () => {
    const spec = step(6, {
      pulldowns: [{ type: 'annotations', annotations: [{ name: 'a' }] }],
      nav: [{ type: 'timepicker', refresh_intervals: ['5s'] }],
      templating: { list: [{ name: 'x', type: 'filter' }, { name: 'y' }] },
    });
    expect(spec).toEqual({
      annotations: { list: [{ name: 'a' }] },
      timepicker: { type: 'timepicker', refresh_intervals: ['5s'] },
      templating: {
        list: [
          { name: 'x', type: 'query' },
          { name: 'y', type: 'query' },
        ],
      },
    });
  });
  it('9, 10: the first of three thresholds was the lowest value and is dropped', () => {
    expect(
      step(
        9,
        panels(
          { type: 'singlestat', thresholds: '0,10,20' },
          { type: 'singlestat', thresholds: '1,2' },
        ),
      ),
    ).toEqual(
      panels(
        { type: 'singlestat', thresholds: '10,20' },
        { type: 'singlestat', thresholds: '1,2' },
      ),
    );
    const style = (thresholds: Draft[string]) =>
      panels({ type: 'table', styles: [{ thresholds }] });
    expect(step(10, style(['0', '1', '2']))).toEqual(style(['1', '2']));
  });
  it('12: variables were hidden in two ways; graphs had formats instead of axes', () => {
    expect(
      step(12, {
        ...variables({ refresh: true, hideVariable: true }, { refresh: false, hideLabel: true }),
        ...panels({
          type: 'graph',
          y_formats: ['s', 'ms'],
          'x-axis': false,
          grid: { leftMin: 1, leftLogBase: 10 },
          leftYAxisLabel: 'L',
        }),
      }),
    ).toEqual({
      ...variables({ refresh: 1, hide: 2 }, { refresh: 0, hide: 1 }),
      ...panels({
        type: 'graph',
        xaxis: { show: false },
        grid: {},
        yaxes: [
          { show: true, label: 'L', logBase: 10, min: 1, max: null, format: 's' },
          { show: true, label: null, logBase: 1, min: null, max: null, format: 'ms' },
        ],
      }),
    });
  });
  it('13: two thresholds of the grid became a list', () => {
    const of = (grid: Draft) => step(13, panels({ type: 'graph', grid }));
    expect(
      of({ threshold1: 20, threshold2: 10, threshold1Color: 'red', thresholdLine: true }),
    ).toEqual(
      panels({
        type: 'graph',
        thresholds: [
          { value: 20, line: true, lineColor: 'red', colorMode: 'custom', op: 'lt' },
          {
            value: 10,
            line: true,
            lineColor: 'rgba(216, 200, 27, 0.27)',
            colorMode: 'custom',
            op: 'lt',
          },
        ],
      }),
    );
    expect(of({})).toEqual(panels({ type: 'graph' }));
  });
  it('14: the crosshair was shared or not', () => {
    expect(step(14, { sharedCrosshair: true })).toEqual({ graphTooltip: 1 });
  });
  it('17: a least width became a most per row', () => {
    expect(step(17, panels({ minSpan: 8 }))).toEqual(panels({ maxPerRow: 3 }));
    expect([24, 12, 8, 7, 6, 4, 1].map(perRow)).toEqual([1, 2, 3, 3, 4, 6, 24]);
  });
  it('18: the first gauge had options of its own name', () => {
    expect(step(18, panels({ 'options-gauge': { unit: 's', stat: 'avg', minValue: 1 } }))).toEqual(
      panels({ options: { minValue: 1, valueOptions: { unit: 's', stat: 'avg' } } }),
    );
  });
  it('19: panel links became addresses', () => {
    const links = [
      { dashboard: 'My Board!', keepTime: true, params: '?a=1', targetBlank: true },
      { dashUri: 'db/x', includeVars: true, title: 'X' },
      { url: 'http://x/?y=1', keepTime: true },
    ];
    expect(step(19, panels({ links }))).toEqual(
      panels({
        links: [
          { title: '', url: 'dashboard/db/my-board?$__url_time_range&a=1', targetBlank: true },
          { title: 'X', url: 'dashboard/db/x?$__all_variables' },
          { title: '', url: 'http://x/?y=1&$__url_time_range' },
        ],
      }),
    );
  });
  it('20, 21: names in data links have changed', () => {
    const link = (url: string) => panels({ options: { dataLinks: [{ title: 't', url }] } });
    expect(step(20, link('${__series_name} ${__value_time} ${__field_name}'))).toEqual(
      link('${__series.name} ${__value.time} ${__field.name}'),
    );
    expect(step(21, link('${__series.labels.a}'))).toEqual(link('${__field.labels.a}'));
  });
  it('23: what is chosen is a list exactly where several may be', () => {
    const of = (multi: boolean, value: Draft[string]) =>
      variables({ multi, current: { text: value ?? '', value: value ?? '' } });
    expect(step(23, of(true, 'a'))).toEqual(of(true, ['a']));
    expect(step(23, of(false, ['a', 'b']))).toEqual(of(false, 'a'));
  });
  it('26: there was a second text panel', () => {
    expect(step(26, panels({ type: 'text2', options: { angular: {}, content: 'x' } }))).toEqual(
      panels({ type: 'text', options: { content: 'x' } }),
    );
  });
  it('27: clones of repeats were saved; constants could be seen', () => {
    const spec = step(27, {
      ...panels(
        { id: 1 },
        { id: 2, repeatPanelId: 1 },
        { type: 'row', panels: [{ id: 3, repeatByRow: true }] },
      ),
      ...variables({ type: 'constant', query: 'x' }, { type: 'constant', query: 'y', hide: 2 }),
    });
    expect(spec['panels']).toEqual([{ id: 1 }, { type: 'row', panels: [] }]);
    const list = draft(spec['templating'])['list'];
    expect(list).toMatchObject([
      { type: 'textbox', current: { value: 'x' } },
      { type: 'constant', current: { value: 'y' } },
    ]);
  });
  it('28: variables had tags', () => {
    expect(step(28, variables({ name: 'x', tags: [], useTags: false, tagsQuery: '' }))).toEqual(
      variables({ name: 'x' }),
    );
  });
  it('29: queries of variables are asked at least once', () => {
    expect(
      step(
        29,
        variables({ type: 'query', refresh: 0, options: [{}] }, { type: 'custom', options: [{}] }),
      ),
    ).toEqual(
      variables({ type: 'query', refresh: 1, options: [] }, { type: 'custom', options: [{}] }),
    );
  });
  it('30: value mappings had numbers for types; time series other tooltips', () => {
    const old = [
      { type: 1, value: '1', text: 'UP' },
      { type: 1, value: 'null', text: 'N/A' },
      { type: 2, from: '5', to: 'x', text: '10' },
    ];
    const steps = {
      steps: [
        { value: null, color: 'green' },
        { value: 9, color: 'red' },
      ],
    };
    const spec = step(
      30,
      panels({
        fieldConfig: {
          defaults: { mappings: old, thresholds: steps },
          overrides: [{ properties: [{ id: 'mappings', value: [old[0] ?? {}] }] }],
        },
        options: { tooltipOptions: { mode: 'multi' } },
      }),
    );
    expect(spec).toMatchObject(
      panels({
        fieldConfig: {
          defaults: {
            mappings: [
              { type: 'value', options: { '1': { text: 'UP' } } },
              { type: 'special', options: { match: 'null', result: { text: 'N/A' } } },
              {
                type: 'range',
                options: { from: 5, to: null, result: { text: '10', color: 'red' } },
              },
            ],
          },
          overrides: [
            { properties: [{ value: [{ type: 'value', options: { '1': { text: 'UP' } } }] }] },
          ],
        },
        options: { tooltip: { mode: 'multi' } },
      }),
    );
  });
  it('31: labels as fields are merged', () => {
    expect(step(31, panels({ transformations: [{ id: 'labelsToFields' }, { id: 'x' }] }))).toEqual(
      panels({
        transformations: [{ id: 'labelsToFields' }, { id: 'merge', options: {} }, { id: 'x' }],
      }),
    );
  });
  it('35: a hidden axis hid the time axis too, and does not any more', () => {
    const spec = step(
      35,
      panels({
        type: 'timeseries',
        fieldConfig: { defaults: { custom: { axisPlacement: 'hidden' } } },
      }),
    );
    expect(spec).toMatchObject(
      panels({
        fieldConfig: {
          overrides: [
            {
              matcher: { id: 'byType', options: 'time' },
              properties: [{ id: 'custom.axisPlacement', value: 'auto' }],
            },
          ],
        },
      }),
    );
  });
  it('36: names of data sources became references', () => {
    const spec = step(36, {
      panels: [{ datasource: '$ds', targets: [{ datasource: 'default' }, { datasource: null }] }],
      annotations: { list: [{ datasource: '-- Grafana --' }] },
      templating: {
        list: [
          { type: 'query', datasource: 'Prom' },
          { type: 'datasource', query: 'x' },
        ],
      },
    });
    expect(spec).toEqual({
      panels: [
        { datasource: { uid: '$ds' }, targets: [{ datasource: null }, { datasource: null }] },
      ],
      annotations: { list: [{ datasource: { type: 'datasource', uid: '-- Grafana --' } }] },
      templating: {
        list: [
          { type: 'query', datasource: { uid: 'Prom' } },
          { type: 'datasource', query: 'x' },
        ],
      },
    });
  });
});

describe('recent schemas', () => {
  const legend = (value: Draft) => panels({ options: { legend: value } });
  it('37: a legend is shown or not, whatever its form', () => {
    expect(step(37, legend({ displayMode: 'hidden' }))).toEqual(
      legend({ displayMode: 'list', showLegend: false }),
    );
    expect(step(37, legend({ displayMode: 'table' }))).toEqual(
      legend({ displayMode: 'table', showLegend: true }),
    );
  });
  it('38: cells of tables have options', () => {
    const of = (mode: string) => {
      const spec = panels({
        type: 'table',
        fieldConfig: {
          defaults: { custom: { displayMode: mode } },
          overrides: [{ properties: [{ id: 'custom.displayMode', value: mode }] }],
        },
      });
      return step(38, spec);
    };
    const with_ = (cell: Draft) =>
      panels({
        type: 'table',
        fieldConfig: {
          defaults: { custom: { cellOptions: cell } },
          overrides: [{ properties: [{ id: 'custom.cellOptions', value: cell }] }],
        },
      });
    expect(of('lcd-gauge')).toEqual(with_({ type: 'gauge', mode: 'lcd' }));
    expect(of('basic')).toEqual(with_({ type: 'gauge', mode: 'basic' }));
    expect(of('color-background-solid')).toEqual(
      with_({ type: 'color-background', mode: 'basic' }),
    );
    expect(of('color-text')).toEqual(with_({ type: 'color-text' }));
  });
  it('39: statistics of tables of series are by query', () => {
    const of = (options: Draft) =>
      panels({ transformations: [{ id: 'timeSeriesTable', options }] });
    expect(step(39, of({ refIdToStat: { A: 'mean' } }))).toEqual(of({ A: { stat: 'mean' } }));
  });
  it('40, 41: refresh is a text; the time picker lost its options', () => {
    expect(step(40, { refresh: false })).toEqual({ refresh: '' });
    expect(step(41, { timepicker: { time_options: [], hidden: true } })).toEqual({
      timepicker: { hidden: true },
    });
  });
  it('42: what is hidden from the picture is hidden from its tooltip', () => {
    const of = (value: Draft) =>
      panels({ fieldConfig: { overrides: [{ properties: [{ id: 'custom.hideFrom', value }] }] } });
    expect(step(42, of({ viz: true }))).toEqual(of({ viz: true, tooltip: true }));
    expect(step(42, of({ viz: false }))).toEqual(of({ viz: false }));
  });
  it('43: times are written by converting fields', () => {
    const spec = panels({
      transformations: [{ id: 'formatTime', options: { timeField: 'Time', outputFormat: 'YYYY' } }],
    });
    expect(step(43, spec)).toEqual(
      panels({
        transformations: [
          {
            id: 'convertFieldType',
            options: {
              conversions: [{ targetField: 'Time', destinationType: 'string', dateFormat: 'YYYY' }],
            },
          },
        ],
      }),
    );
  });
});
