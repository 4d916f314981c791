// Plugins of old that have a successor here: pie chart, discrete and status map, polystat; and panels
// that kept their name but had their settings elsewhere: text, lists of dashboards and of alerts.

import type { LoadNote } from '../../model';
import { draft, drafts, ensure, flag, isDraft, number, remove, text, type Draft } from '../json';
import {
  aliasColors,
  defaultsOf,
  isStatistic,
  moveKeys,
  oldMappings,
  overridesOf,
  reducerId,
  titleOf,
} from './shared';

function reduceOptions(calc: string): Draft {
  return {
    values: false,
    calcs: [isStatistic(calc) ? reducerId(calc) : calc === 'mean' ? 'mean' : 'lastNotNull'],
    fields: '',
  };
}

export function convertPie(panel: Draft): LoadNote[] {
  const old = draft(panel['legend']);
  const side = text(panel['legendType']);
  const values = [
    ...(flag(old['values']) ? ['value'] : []),
    ...(flag(old['percentage']) ? ['percent'] : []),
  ];
  const defaults = defaultsOf(panel);
  defaults['unit'] = text(panel['format'], 'short');
  const decimals = number(old['percentageDecimals']) ?? number(panel['decimals']);
  if (decimals !== undefined) defaults['decimals'] = decimals;
  defaults['color'] = { mode: 'palette-classic' };
  overridesOf(panel);
  aliasColors(panel);
  panel['options'] = {
    reduceOptions: reduceOptions(text(panel['valueName'], 'current')),
    pieType: panel['pieType'] === 'donut' ? 'donut' : 'pie',
    displayLabels: side === 'On graph' ? ['name', 'percent'] : [],
    legend: {
      showLegend: flag(old['show'], true) && side !== 'On graph',
      displayMode: values.length > 0 ? 'table' : 'list',
      placement: side === 'Right side' ? 'right' : 'bottom',
      values,
    },
    tooltip: { mode: 'single', sort: 'none' },
  };
  panel['type'] = 'piechart';
  remove(
    panel,
    ...['aliasColors', 'breakPoint', 'combine', 'decimals', 'fontSize', 'format', 'legend'],
    ...['legendType', 'maxDataPoints', 'nullPointMode', 'pieType', 'strokeWidth', 'valueName'],
  );
  return [];
}

/** Colours by text: of the discrete panel, `[{text, color}]`. */
function colorMaps(panel: Draft): Draft[] {
  const options: Draft = {};
  for (const one of drafts(panel['colorMaps'])) {
    options[text(one['text'])] = { color: text(one['color']) };
  }
  return Object.keys(options).length === 0 ? [] : [{ type: 'value', options }];
}

export function convertDiscrete(panel: Draft): LoadNote[] {
  const defaults = defaultsOf(panel);
  const unit = text(panel['units']);
  if (unit !== '') defaults['unit'] = unit;
  const mappings = [...oldMappings(panel), ...colorMaps(panel)];
  if (mappings.length > 0) defaults['mappings'] = mappings;
  overridesOf(panel);
  panel['options'] = {
    mergeValues: true,
    showValue: panel['writeAllValues'] === true ? 'always' : 'auto',
    rowHeight: 0.9,
    legend: {
      showLegend: flag(panel['showLegend'], true),
      displayMode: 'list',
      placement: 'bottom',
    },
  };
  panel['type'] = 'state-timeline';
  remove(panel, 'colorMaps', 'rangeMaps', 'valueMaps', 'units', 'showLegend', 'writeAllValues');
  return [];
}

export function convertStatusMap(panel: Draft): LoadNote[] {
  const defaults = defaultsOf(panel);
  const steps = drafts(draft(panel['color'])['thresholds']).map((one): Draft => ({
    color: text(one['color'], 'green'),
    value: number(one['value']) ?? null,
  }));
  if (steps.length > 0) defaults['thresholds'] = { mode: 'absolute', steps };
  defaults['color'] = { mode: 'thresholds' };
  overridesOf(panel);
  panel['options'] = {
    showValue: 'never',
    rowHeight: 0.9,
    colWidth: 0.9,
    legend: {
      showLegend: flag(draft(panel['legend'])['show'], true),
      displayMode: 'list',
      placement: 'bottom',
    },
  };
  panel['type'] = 'status-history';
  remove(panel, 'cards', 'color', 'legend', 'tooltip', 'xAxis', 'yAxis', 'useMax');
  return [{ where: titleOf(panel), text: 'The status map is shown as a status history.' }];
}

export function convertPolystat(panel: Draft): LoadNote[] {
  const polystat = isDraft(panel['polystat']) ? panel['polystat'] : draft(panel['options']);
  const defaults = defaultsOf(panel);
  const unit = text(polystat['globalUnitFormat']);
  const decimals = number(polystat['globalDecimals']);
  if (unit !== '') defaults['unit'] = unit;
  if (decimals !== undefined) defaults['decimals'] = decimals;
  const limits = drafts(polystat['globalThresholds'] ?? polystat['globalThresholdsConfig']);
  const steps = limits.map((one): Draft => ({
    color: text(one['color'], 'green'),
    value: number(one['value']) ?? null,
  }));
  const base = text(polystat['globalFillColor'], 'green');
  defaults['thresholds'] = {
    mode: 'absolute',
    steps:
      (number(steps[0]?.['value']) ?? 0) > 0 ? [{ color: base, value: null }, ...steps] : steps,
  };
  defaults['color'] = { mode: 'thresholds' };
  overridesOf(panel);
  panel['options'] = {
    reduceOptions: reduceOptions(text(polystat['globalOperatorName'], 'avg')),
    colorMode: 'background',
    graphMode: 'none',
    justifyMode: 'auto',
    orientation: 'auto',
    textMode: 'value_and_name',
  };
  panel['type'] = 'stat';
  remove(panel, 'polystat', 'savedComposites', 'savedOverrides', 'colors');
  return [{ where: titleOf(panel), text: 'The polystat is shown as stats.' }];
}

export function convertText(panel: Draft): LoadNote[] {
  if (panel['content'] === undefined) return [];
  moveKeys(panel, { content: 'content', mode: 'mode' });
  const options = ensure(panel, 'options');
  if (options['mode'] !== 'html' && options['mode'] !== 'code') options['mode'] = 'markdown';
  return [];
}

export function convertDashlist(panel: Draft): LoadNote[] {
  moveKeys(panel, {
    folderId: 'folderId',
    headings: 'showHeadings',
    limit: 'maxItems',
    query: 'query',
    recent: 'showRecentlyViewed',
    search: 'showSearch',
    starred: 'showStarred',
    tags: 'tags',
  });
  return [];
}

const STATES: Readonly<Record<string, string>> = {
  alerting: 'firing',
  pending: 'pending',
  no_data: 'noData',
  ok: 'normal',
  execution_error: 'error',
};

export function convertAlertlist(panel: Draft): LoadNote[] {
  moveKeys(panel, {
    limit: 'maxItems',
    nameFilter: 'alertName',
    onlyAlertsOnDashboard: 'dashboardAlerts',
    sortOrder: 'sortOrder',
  });
  const old = panel['stateFilter'];
  if (Array.isArray(old)) {
    const filter: Draft = {};
    for (const state of old) {
      const name = STATES[text(state)];
      if (name !== undefined) filter[name] = true;
    }
    ensure(panel, 'options')['stateFilter'] = filter;
    remove(panel, 'stateFilter');
  }
  return [];
}
