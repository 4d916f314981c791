// The graph panel of old → time series; with bars a series → bar chart, as histogram → histogram.
// What it drew must look the same: axes, fills, stacks, legends, thresholds, exceptions by series.

import type { LoadNote } from '../../model';
import {
  draft,
  drafts,
  ensure,
  flag,
  isDraft,
  number,
  remove,
  text,
  texts,
  type Draft,
} from '../json';
import { graphAxis, graphOverrides } from './graphOverrides';
import { graphThresholds } from './graphThresholds';
import { aliasColors, defaultsOf, isStatistic, overridesOf, reducerId, titleOf } from './shared';

const OLD_KEYS = [
  'aliasColors',
  'bars',
  'dashLength',
  'dashes',
  'decimals',
  'fill',
  'fillGradient',
  'grid',
  'hiddenSeries',
  'legend',
  'lines',
  'linewidth',
  'nullPointMode',
  'percentage',
  'pointradius',
  'points',
  'renderer',
  'seriesOverrides',
  'spaceLength',
  'stack',
  'steppedLine',
  'thresholds',
  'timeRegions',
  'tooltip',
  'xaxis',
  'yaxes',
  'yaxis',
];

const SORT_NAMES = new Map([
  ['avg', 'Mean'],
  ['current', 'Last *'],
  ['total', 'Total'],
  ['min', 'Min'],
  ['max', 'Max'],
]);

function legendOf(panel: Draft): Draft {
  const old = draft(panel['legend']);
  const shown = flag(old['show'], true);
  const withValues = flag(old['values'], false);
  const calcs = withValues
    ? Object.keys(old).filter((key) => isStatistic(key) && old[key] === true)
    : [];
  const sort = SORT_NAMES.get(text(old['sort']));
  const width = number(old['sideWidth']);
  return {
    displayMode: flag(old['alignAsTable']) ? 'table' : 'list',
    placement: flag(old['rightSide']) ? 'right' : 'bottom',
    showLegend: shown,
    calcs: calcs.map(reducerId),
    ...(sort === undefined || !withValues ? {} : { sortBy: sort, sortDesc: flag(old['sortDesc']) }),
    ...(width === undefined || width === 0 ? {} : { width }),
  };
}

function hideByValue(panel: Draft): void {
  const old = draft(panel['legend']);
  for (const [key, reducer] of [
    ['hideEmpty', 'allIsNull'],
    ['hideZero', 'allIsZero'],
  ] as const) {
    if (!flag(old[key])) continue;
    overridesOf(panel).push({
      matcher: { id: 'byValue', options: { reducer, op: 'gte', value: 0 } },
      properties: [{ id: 'custom.hideFrom', value: { legend: true, tooltip: true, viz: false } }],
    });
  }
}

function tooltipOf(panel: Draft): Draft {
  const old = draft(panel['tooltip']);
  const sort = ['none', 'asc', 'desc'][number(old['sort']) ?? 0] ?? 'none';
  return { mode: flag(old['shared'], true) ? 'multi' : 'single', sort };
}

function drawStyle(panel: Draft): string {
  if (flag(panel['bars'])) return 'bars';
  return flag(panel['lines'], true) ? 'line' : 'points';
}

function fillBelow(panel: Draft): boolean {
  return drafts(panel['seriesOverrides']).some((one) => typeof one['fillBelowTo'] === 'string');
}

function customOf(panel: Draft, axis: Draft): Draft {
  const style = drawStyle(panel);
  const points = flag(panel['points']) || style === 'points';
  const gradient = number(panel['fillGradient']) ?? 0;
  const fill = number(panel['fill']) ?? 1;
  const radius = number(panel['pointradius']) ?? 2;
  const stacked = flag(panel['stack']);
  const mode = flag(panel['percentage']) ? 'percent' : 'normal';
  const custom: Draft = {
    ...axis,
    drawStyle: style,
    lineInterpolation: flag(panel['steppedLine']) ? 'stepAfter' : 'linear',
    lineWidth: number(panel['linewidth']) ?? 1,
    fillOpacity: fillBelow(panel) ? 35 : style === 'bars' ? 100 : fill * 10,
    gradientMode: 'none',
    showPoints: points ? 'always' : 'never',
    pointSize: 2 + radius * 2,
    spanNulls: panel['nullPointMode'] === 'connected',
    stacking: { mode: stacked ? mode : 'none', group: 'A' },
  };
  if (gradient > 0) {
    custom['gradientMode'] = 'opacity';
    custom['fillOpacity'] = gradient * 10;
  }
  if (flag(panel['dashes'])) {
    const dash = [number(panel['dashLength']) ?? 10, number(panel['spaceLength']) ?? 10];
    custom['lineStyle'] = { fill: 'dash', dash };
  }
  return custom;
}

function timeRegions(panel: Draft, spec: Draft): void {
  const id = number(panel['id']);
  const regions = drafts(panel['timeRegions']);
  if (id === undefined || regions.length === 0) return;
  const annotations = ensure(spec, 'annotations');
  const list = drafts(annotations['list']);
  regions.forEach((region, i) => {
    const timeRegion: Draft = {};
    for (const key of ['from', 'fromDayOfWeek', 'to', 'toDayOfWeek']) {
      const value = region[key];
      if (value !== undefined) timeRegion[key] = value;
    }
    list.push({
      name: `${titleOf(panel)}: T${i + 1}`,
      enable: true,
      hide: true,
      iconColor: text(region['fillColor'], 'rgba(234, 112, 112, 0.3)'),
      datasource: { type: 'grafana', uid: '-- Grafana --' },
      target: { queryType: 'timeRegions', refId: 'Anno', timeRegion },
      filter: { exclude: false, ids: [id] },
    });
  });
  annotations['list'] = list;
}

function asBars(panel: Draft): void {
  const reducers = texts(draft(panel['xaxis'])['values']).filter(isStatistic).map(reducerId);
  panel['transformations'] = [
    ...drafts(panel['transformations']),
    { id: 'reduce', options: { reducers: reducers.length > 0 ? reducers : ['sum'] } },
  ];
  panel['type'] = 'barchart';
}

function asHistogram(panel: Draft): void {
  const buckets = number(draft(panel['xaxis'])['buckets']);
  ensure(panel, 'options')['combine'] = true;
  if (buckets !== undefined) ensure(panel, 'options')['bucketCount'] = buckets;
  panel['type'] = 'histogram';
}

export function convertGraph(panel: Draft, spec: Draft): LoadNote[] {
  const notes: LoadNote[] = [];
  const xaxis = draft(panel['xaxis']);
  const yaxes = drafts(panel['yaxes']);
  const { custom: axis = {}, ...field } = graphAxis(yaxes[0]);
  const old = defaultsOf(panel);
  const decimals = number(panel['decimals']);
  const defaults: Draft = {
    ...old,
    unit: 'short',
    ...(decimals === undefined ? {} : { decimals }),
    ...field,
    color: { mode: 'palette-classic' },
    custom: customOf(panel, draft(axis)),
  };
  ensure(panel, 'fieldConfig')['defaults'] = defaults;
  const { thresholds, style } = graphThresholds(drafts(panel['thresholds']));
  if (thresholds !== null) {
    defaults['thresholds'] = thresholds;
    draft(defaults['custom'])['thresholdsStyle'] = { mode: style };
  }
  aliasColors(panel);
  graphOverrides(panel, yaxes[1]);
  hideByValue(panel);
  timeRegions(panel, spec);
  if (xaxis['show'] === false) {
    overridesOf(panel).push({
      matcher: { id: 'byType', options: 'time' },
      properties: [{ id: 'custom.axisPlacement', value: 'hidden' }],
    });
  }
  const links = draft(panel['options'])['dataLinks'];
  if (Array.isArray(links) && links.length > 0) defaults['links'] = links;
  panel['options'] = { legend: legendOf(panel), tooltip: tooltipOf(panel) };
  panel['type'] = 'timeseries';
  if (xaxis['mode'] === 'series') asBars(panel);
  if (xaxis['mode'] === 'histogram') asHistogram(panel);
  if (isDraft(panel['alert'])) {
    notes.push({
      where: titleOf(panel),
      text: 'The panel’s alert of old is not taken over; make an alert rule of it.',
    });
    remove(panel, 'alert');
  }
  remove(panel, ...OLD_KEYS);
  return notes;
}
