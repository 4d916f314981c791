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
  return { panel: first, notes, dashboard };
}

const graph = async (raw: JsonObject) => (await converted({ type: 'graph', ...raw })).panel;

describe('the graph', () => {
  it('with nothing said is lines with a light fill, a legend, and all in the tooltip', async () => {
    const panel = await graph({});
    expect(panel.type).toBe('timeseries');
    expect(panel.fieldConfig.defaults.custom).toMatchObject({
      drawStyle: 'line',
      lineInterpolation: 'linear',
      lineWidth: 1,
      fillOpacity: 10,
      showPoints: 'never',
      spanNulls: false,
      stacking: { mode: 'none' },
    });
    expect(panel.options).toEqual({
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'none' },
    });
    expect(panel.raw['lines']).toBeUndefined();
  });
  it('keeps how it drew', async () => {
    const of = async (raw: JsonObject) => (await graph(raw)).fieldConfig.defaults.custom;
    expect(await of({ bars: true, lines: false })).toMatchObject({
      drawStyle: 'bars',
      fillOpacity: 100,
    });
    expect(await of({ lines: false, points: true, pointradius: 5 })).toMatchObject({
      drawStyle: 'points',
      showPoints: 'always',
      pointSize: 12,
    });
    expect(await of({ fill: 3, fillGradient: 5, linewidth: 2 })).toMatchObject({
      fillOpacity: 50,
      gradientMode: 'opacity',
      lineWidth: 2,
    });
    expect(await of({ stack: true, percentage: true, steppedLine: true })).toMatchObject({
      stacking: { mode: 'percent', group: 'A' },
      lineInterpolation: 'stepAfter',
    });
    expect(
      await of({ nullPointMode: 'connected', dashes: true, dashLength: 4, spaceLength: 6 }),
    ).toMatchObject({
      spanNulls: true,
      lineStyle: { fill: 'dash', dash: [4, 6] },
    });
  });
  it('keeps its axes', async () => {
    const panel = await graph({
      decimals: 3,
      yaxes: [{ format: 'bytes', min: '0', max: 100, label: 'Size', logBase: 2, show: true }],
      xaxis: { show: false },
    });
    expect(panel.fieldConfig.defaults).toMatchObject({
      unit: 'bytes',
      min: 0,
      max: 100,
      decimals: 3,
    });
    expect(panel.fieldConfig.defaults.custom).toMatchObject({
      axisLabel: 'Size',
      scaleDistribution: { type: 'log', log: 2 },
      axisPlacement: 'auto',
    });
    expect(panel.fieldConfig.overrides[0]).toMatchObject({
      matcher: { id: 'byType', options: 'time' },
      properties: [{ id: 'custom.axisPlacement', value: 'hidden' }],
    });
  });
  it('keeps its legend and tooltip', async () => {
    const panel = await graph({
      legend: {
        show: true,
        values: true,
        alignAsTable: true,
        rightSide: true,
        current: true,
        avg: true,
        total: false,
        sort: 'current',
        sortDesc: true,
        sideWidth: 250,
        hideEmpty: true,
        hideZero: true,
      },
      tooltip: { shared: false, sort: 2 },
    });
    expect(panel.options).toEqual({
      legend: {
        displayMode: 'table',
        placement: 'right',
        showLegend: true,
        calcs: ['lastNotNull', 'mean'],
        sortBy: 'Last *',
        sortDesc: true,
        width: 250,
      },
      tooltip: { mode: 'single', sort: 'desc' },
    });
    expect(panel.fieldConfig.overrides.map(({ matcher }) => matcher)).toEqual([
      { id: 'byValue', options: { reducer: 'allIsNull', op: 'gte', value: 0 } },
      { id: 'byValue', options: { reducer: 'allIsZero', op: 'gte', value: 0 } },
    ]);
  });
  it('keeps exceptions by series', async () => {
    const panel = await graph({
      aliasColors: { total: '#fff' },
      fill: 2,
      yaxes: [{ format: 's' }, { format: 'percent', min: 0, label: 'Right' }],
      seriesOverrides: [
        { alias: '/err/i', yaxis: 2, color: 'red', stack: false },
        { alias: 'a', lines: false, points: true, legend: false, hideTooltip: true },
        { alias: 'b', lines: false, transform: 'negative-Y', fillBelowTo: 'a', zindex: 3 },
        { alias: 'c', bars: true, fill: 4, dashes: true, stack: 'B', linewidth: 3 },
        { alias: 'nothing' },
      ],
    });
    const overrides = panel.fieldConfig.overrides.map(({ matcher, properties }) => ({
      [`${matcher.id} ${typeof matcher.options === 'string' ? matcher.options : ''}`]:
        Object.fromEntries(properties.map(({ id, value }) => [id, value])),
    }));
    expect(overrides).toEqual([
      { 'byName total': { color: { mode: 'fixed', fixedColor: '#fff' } } },
      {
        'byRegexp /err/i': {
          unit: 'percent',
          min: 0,
          'custom.axisLabel': 'Right',
          'custom.axisPlacement': 'right',
          color: { mode: 'fixed', fixedColor: 'red' },
          'custom.stacking': { mode: 'none', group: 'A' },
        },
      },
      {
        'byName a': {
          'custom.drawStyle': 'points',
          'custom.showPoints': 'always',
          'custom.hideFrom': { legend: true, tooltip: true, viz: false },
        },
      },
      {
        'byName b': {
          'custom.lineWidth': 0,
          'custom.transform': 'negative-Y',
          'custom.fillBelowTo': 'a',
        },
      },
      {
        'byName c': {
          'custom.drawStyle': 'bars',
          'custom.fillOpacity': 40,
          'custom.lineStyle': { fill: 'dash', dash: [10, 10] },
          'custom.stacking': { mode: 'normal', group: 'B' },
          'custom.lineWidth': 3,
        },
      },
    ]);
    expect(panel.fieldConfig.defaults.custom['fillOpacity']).toBe(35);
  });
  it('keeps its thresholds', async () => {
    const of = async (...thresholds: JsonObject[]) => {
      const { defaults } = (await graph({ thresholds })).fieldConfig;
      const steps = defaults.thresholds?.steps.map(({ value, color }) => [value, color]);
      return [steps, defaults.custom['thresholdsStyle']];
    };
    expect(
      await of({ value: 80, op: 'gt', colorMode: 'critical', fill: true, line: true }),
    ).toEqual([
      [
        [-Infinity, 'transparent'],
        [80, 'red'],
      ],
      { mode: 'line+area' },
    ]);
    expect(
      await of(
        { value: 90, op: 'gt', colorMode: 'warning', line: true },
        { value: 10, op: 'lt', colorMode: 'custom', lineColor: 'blue' },
      ),
    ).toEqual([
      [
        [-Infinity, 'blue'],
        [10, 'transparent'],
        [90, 'orange'],
      ],
      { mode: 'line' },
    ]);
    expect(await of()).toEqual([undefined, undefined]);
  });
  it('by series or as a histogram is another panel', async () => {
    const bars = await graph({ xaxis: { mode: 'series', values: ['current'] } });
    expect(bars.type).toBe('barchart');
    expect(bars.transformations).toMatchObject([
      { id: 'reduce', options: { reducers: ['lastNotNull'] } },
    ]);
    const histogram = await graph({ xaxis: { mode: 'histogram', buckets: 20 } });
    expect([histogram.type, histogram.options['bucketCount']]).toEqual(['histogram', 20]);
  });
  it('with stretches of time has annotations, with an alert a note', async () => {
    const { dashboard, notes } = await converted({
      type: 'graph',
      alert: { name: 'a' },
      timeRegions: [{ from: '09:00', to: '17:00', fromDayOfWeek: 1, fillColor: 'red' }],
    });
    expect(dashboard.annotations[1]?.raw).toMatchObject({
      target: {
        queryType: 'timeRegions',
        timeRegion: { from: '09:00', to: '17:00', fromDayOfWeek: 1 },
      },
      filter: { ids: [1] },
    });
    expect(notes[0]).toMatchObject({ where: 'P' });
  });
});
