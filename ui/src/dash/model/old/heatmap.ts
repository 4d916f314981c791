// The heatmap of old, whose settings stood beside the panel's title → heatmap with options.

import type { LoadNote } from '../../model';
import { draft, flag, number, remove, text, type Draft } from '../json';
import { defaultsOf, overridesOf } from './shared';

const OLD_KEYS = [
  'cards',
  'color',
  'dataFormat',
  'heatmap',
  'hideZeroBuckets',
  'highlightCards',
  'legend',
  'reverseYBuckets',
  'tooltip',
  'tooltipDecimals',
  'xAxis',
  'xBucketNumber',
  'xBucketSize',
  'yAxis',
  'yBucketBound',
  'yBucketNumber',
  'yBucketSize',
];

function buckets(size: Draft[string], count: Draft[string]): Draft | null {
  const bySize = text(size);
  if (bySize !== '' && bySize !== '0') return { mode: 'size', value: bySize };
  const byCount = number(count) ?? 0;
  return byCount > 0 ? { mode: 'count', value: String(byCount) } : null;
}

function calculation(panel: Draft): Draft {
  const x = buckets(panel['xBucketSize'], panel['xBucketNumber']);
  const y = buckets(panel['yBucketSize'], panel['yBucketNumber']);
  const base = number(draft(panel['yAxis'])['logBase']) ?? 1;
  const log = base > 1 ? { ...(y ?? { mode: 'count' }), scale: { type: 'log', log: base } } : y;
  return { ...(x === null ? {} : { xBuckets: x }), ...(log === null ? {} : { yBuckets: log }) };
}

function colorOf(panel: Draft): Draft {
  const old = draft(panel['color']);
  const bound = (key: string) => {
    const value = number(old[key]);
    return value === undefined ? {} : { [key]: value };
  };
  const scheme = text(old['colorScheme'], 'interpolateOranges').replace(/^interpolate/, '');
  return {
    mode: old['mode'] === 'opacity' ? 'opacity' : 'scheme',
    fill: text(old['cardColor'], 'dark-orange'),
    scale: old['colorScale'] === 'linear' ? 'linear' : 'exponential',
    exponent: number(old['exponent']) ?? 0.5,
    scheme: scheme === '' ? 'Oranges' : scheme,
    steps: 64,
    reverse: false,
    ...bound('min'),
    ...bound('max'),
  };
}

function yAxisOf(panel: Draft): Draft {
  const old = draft(panel['yAxis']);
  const out: Draft = {
    axisPlacement: old['show'] === false ? 'hidden' : 'left',
    reverse: flag(panel['reverseYBuckets']),
    unit: text(old['format'], 'short'),
  };
  for (const key of ['min', 'max', 'decimals']) {
    const value = number(old[key]);
    if (value !== undefined) out[key] = value;
  }
  return out;
}

const LAYOUTS = new Map([
  ['upper', 'le'],
  ['lower', 'ge'],
  ['middle', 'unknown'],
]);

export function convertHeatmap(panel: Draft): LoadNote[] {
  const cards = draft(panel['cards']);
  const tooltip = draft(panel['tooltip']);
  const decimals = number(panel['tooltipDecimals']);
  const calculate = panel['dataFormat'] !== 'tsbuckets';
  panel['options'] = {
    calculate,
    calculation: calculate ? calculation(panel) : {},
    color: colorOf(panel),
    cellGap: number(cards['cardPadding']) ?? 1,
    cellRadius: number(cards['cardRound']) ?? 0,
    cellValues: decimals === undefined ? {} : { decimals },
    rowsFrame: { layout: LAYOUTS.get(text(panel['yBucketBound'])) ?? 'auto' },
    ...(flag(panel['hideZeroBuckets']) ? { filterValues: { le: 1e-9 } } : {}),
    yAxis: yAxisOf(panel),
    legend: { show: flag(draft(panel['legend'])['show']) },
    tooltip: {
      mode: flag(tooltip['show'], true) ? 'single' : 'none',
      yHistogram: flag(tooltip['showHistogram']),
      showColorScale: false,
    },
    showValue: 'never',
  };
  defaultsOf(panel)['custom'] = {};
  overridesOf(panel);
  remove(panel, ...OLD_KEYS);
  return [];
}
