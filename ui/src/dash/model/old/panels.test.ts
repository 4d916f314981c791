import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../model';
import { loadDashboard } from '../load';

/** The panel as it is after loading a file of today's schema with it. */
async function converted(panel: JsonObject, schemaVersion = 42) {
  const { dashboard, notes } = await loadDashboard({
    title: 'x',
    schemaVersion,
    panels: [{ id: 1, title: 'P', ...panel }],
  });
  const [first] = dashboard.panels;
  if (first === undefined) throw new Error('the panel is gone');
  return { panel: first, notes };
}

describe('the single stat', () => {
  it('is a stat with its colours, mappings and statistic', async () => {
    const { panel } = await converted({
      type: 'singlestat',
      valueName: 'current',
      format: 'percent',
      decimals: 1,
      thresholds: '80,90',
      colors: ['green', 'orange', 'red'],
      colorBackground: true,
      sparkline: { show: true },
      valueMaps: [
        { op: '=', text: 'N/A', value: 'null' },
        { op: '=', text: 'DOWN', value: '0' },
      ],
      nullText: 'none',
    });
    expect(panel.type).toBe('stat');
    expect(panel.options).toMatchObject({
      reduceOptions: { calcs: ['lastNotNull'], fields: '' },
      colorMode: 'background',
      graphMode: 'area',
    });
    expect(panel.fieldConfig.defaults).toMatchObject({
      unit: 'percent',
      decimals: 1,
      noValue: 'none',
      thresholds: {
        steps: [
          { value: -Infinity, color: 'green' },
          { value: 80, color: 'orange' },
          { value: 90, color: 'red' },
        ],
      },
      mappings: [
        { type: 'value', options: { '0': { text: 'DOWN' } } },
        { type: 'special', match: 'null', result: { text: 'N/A' } },
      ],
    });
  });
  it('that drew a gauge is a gauge', async () => {
    const { panel } = await converted({
      type: 'singlestat',
      gauge: { show: true, minValue: 0, maxValue: 50, thresholdLabels: true },
      rangeMaps: [{ from: '0', to: '5', text: 'low' }],
      mappingType: 2,
      tableColumn: 'a.b',
    });
    expect(panel.type).toBe('gauge');
    expect(panel.options).toMatchObject({
      showThresholdLabels: true,
      reduceOptions: { calcs: ['mean'], fields: '/^a\\.b$/' },
    });
    expect(panel.fieldConfig.defaults).toMatchObject({
      min: 0,
      max: 50,
      mappings: [{ type: 'range', from: 0, to: 5 }],
    });
  });
  it('keeps a word beside the value as a unit where there is no other', async () => {
    const unit = async (raw: JsonObject) => {
      const { panel, notes } = await converted({ type: 'singlestat', ...raw });
      return [panel.fieldConfig.defaults.unit, notes.length];
    };
    expect(await unit({ postfix: ' nodes' })).toEqual(['suffix:nodes', 0]);
    expect(await unit({ prefix: '~' })).toEqual(['prefix:~', 0]);
    expect(await unit({ prefix: 'a', postfix: 'b' })).toEqual(['none', 1]);
    expect(await unit({ format: 's', postfix: 'b' })).toEqual(['s', 1]);
  });
  it('had successors with options of their own, which are taken over', async () => {
    const { panel } = await converted(
      {
        type: 'gauge',
        options: {
          fieldOptions: {
            calcs: ['current'],
            defaults: { unit: 's', max: 5, mappings: [{ type: 1, value: '1', text: 'x' }] },
            thresholds: [
              { index: 0, value: null, color: 'green' },
              { index: 1, value: 3, color: 'red' },
            ],
          },
        },
      },
      22,
    );
    expect(panel.options).toEqual({
      reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
    });
    expect(panel.fieldConfig.defaults).toMatchObject({
      unit: 's',
      max: 5,
      thresholds: { steps: [{ value: -Infinity }, { value: 3, color: 'red' }] },
      mappings: [{ type: 'value' }],
    });
  });
});

describe('the table of old', () => {
  it('has overrides for its columns and a transformation for its shape', async () => {
    const { panel } = await converted(
      {
        type: 'table',
        transform: 'timeseries_aggregations',
        columns: [{ text: 'Avg', value: 'avg' }],
        styles: [
          { pattern: 'Time', type: 'hidden' },
          {
            pattern: '/Value.*/',
            type: 'number',
            unit: 'bytes',
            decimals: 2,
            alias: 'Size',
            colorMode: 'cell',
            thresholds: ['5', '9'],
            colors: ['green', 'orange', 'red'],
          },
          { pattern: 'Date', type: 'date', dateFormat: 'YYYY' },
          {
            pattern: 'Link',
            type: 'string',
            link: true,
            linkUrl: '/d/x?v=$__cell_2&w=${__cell}',
            linkTooltip: 'Go',
            linkTargetBlank: true,
          },
          { pattern: '/.*/', type: 'number', unit: 'short', decimals: 1 },
        ],
      },
      14,
    );
    expect(panel.type).toBe('table');
    expect(panel.transformations).toMatchObject([
      { id: 'reduce', options: { reducers: ['mean'] } },
    ]);
    expect(panel.fieldConfig.defaults).toMatchObject({ unit: 'short', decimals: 1 });
    const [time, value, date, link] = panel.fieldConfig.overrides;
    expect(time?.properties[0]?.id).toBe('custom.hideFrom');
    expect(value?.matcher).toEqual({ id: 'byRegexp', options: '/Value.*/' });
    expect(value?.properties.map(({ id }) => id)).toEqual([
      'displayName',
      'unit',
      'decimals',
      'custom.cellOptions',
      'thresholds',
      'color',
    ]);
    expect(date?.properties[0]?.value).toBe('time: YYYY');
    expect(link?.properties[0]?.value).toEqual([
      { title: 'Go', url: '/d/x?v=${__data.fields[2]}&w=${__value.raw}', targetBlank: true },
    ]);
  });
  it('is told from a table of today that still carries styles', async () => {
    const { panel } = await converted({
      type: 'table',
      options: { showHeader: false },
      styles: [{ pattern: 'a', alias: 'b' }],
    });
    expect(panel.options).toEqual({ showHeader: false });
    expect(panel.fieldConfig.overrides).toEqual([]);
  });
});

describe('other panels of old', () => {
  it('are heat maps with options', async () => {
    const { panel } = await converted({
      type: 'heatmap',
      dataFormat: 'tsbuckets',
      yAxis: { format: 's', logBase: 1, decimals: 0 },
      color: { mode: 'spectrum', colorScheme: 'interpolateBlues', exponent: 0.3 },
      cards: { cardPadding: 3 },
      hideZeroBuckets: true,
      yBucketBound: 'upper',
      legend: { show: true },
      tooltip: { show: true, showHistogram: true },
    });
    expect(panel.options).toMatchObject({
      calculate: false,
      color: { mode: 'scheme', scheme: 'Blues', exponent: 0.3 },
      cellGap: 3,
      filterValues: { le: 1e-9 },
      rowsFrame: { layout: 'le' },
      yAxis: { unit: 's', decimals: 0 },
      legend: { show: true },
      tooltip: { mode: 'single', yHistogram: true },
    });
    const { panel: made } = await converted({
      type: 'heatmap',
      dataFormat: 'timeseries',
      xBucketNumber: 20,
      yAxis: { logBase: 2 },
    });
    expect(made.options).toMatchObject({
      calculate: true,
      calculation: {
        xBuckets: { mode: 'count', value: '20' },
        yBuckets: { scale: { type: 'log', log: 2 } },
      },
    });
  });
  it('are pies, states, stats and texts', async () => {
    const { panel: pie } = await converted({
      type: 'grafana-piechart-panel',
      pieType: 'donut',
      valueName: 'total',
      legend: { show: true, percentage: true },
      legendType: 'Right side',
      aliasColors: { a: 'red' },
      format: 'bytes',
    });
    expect(pie.type).toBe('piechart');
    expect(pie.options).toMatchObject({
      pieType: 'donut',
      reduceOptions: { calcs: ['sum'] },
      legend: { placement: 'right', values: ['percent'] },
    });
    expect(pie.fieldConfig.overrides[0]?.matcher.options).toBe('a');
    const { panel: states } = await converted({
      type: 'natel-discrete-panel',
      colorMaps: [{ text: 'UP', color: 'green' }],
      valueMaps: [{ value: '1', text: 'UP' }],
    });
    expect(states.type).toBe('state-timeline');
    expect(states.fieldConfig.defaults.mappings).toHaveLength(2);
    const { panel: map, notes } = await converted({
      type: 'flant-statusmap-panel',
      color: { thresholds: [{ value: 0, color: 'red' }] },
    });
    expect([map.type, notes.length]).toEqual(['status-history', 1]);
    const { panel: poly } = await converted({
      type: 'grafana-polystat-panel',
      polystat: {
        globalUnitFormat: 's',
        globalOperatorName: 'max',
        globalThresholds: [{ value: 5, color: 'red' }],
        globalFillColor: 'blue',
      },
    });
    expect(poly.type).toBe('stat');
    expect(poly.fieldConfig.defaults.thresholds?.steps.map(({ color }) => color)).toEqual([
      'blue',
      'red',
    ]);
    const { panel: text } = await converted({ type: 'text', mode: 'text', content: '# hi' });
    expect(text.options).toEqual({ mode: 'markdown', content: '# hi' });
  });
  it('are lists whose settings stood beside the title', async () => {
    const { panel: dashes } = await converted(
      { type: 'dashlist', limit: 5, starred: true, tags: ['x'] },
      16,
    );
    expect(dashes.options).toEqual({ maxItems: 5, showStarred: true, tags: ['x'] });
    const { panel: alerts } = await converted(
      { type: 'alertlist', limit: 3, stateFilter: ['alerting', 'ok'] },
      16,
    );
    expect(alerts.options).toEqual({ maxItems: 3, stateFilter: { firing: true, normal: true } });
  });
});
