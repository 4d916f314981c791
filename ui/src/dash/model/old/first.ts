// Schemas 2 to 18: files from before the grid of panels. Each step is told by its schema; panels are
// found wherever they are, in rows of old or on the dashboard.

import { allPanels } from '../envelope';
import {
  draft,
  drafts,
  ensure,
  ensureList,
  flag,
  isDraft,
  number,
  remove,
  text,
  type Draft,
  type DraftValue,
} from '../json';
import type { Step } from '../recent';
import { layRows } from './rows';

function eachPanel(apply: (panel: Draft) => void): (spec: Draft) => void {
  return (spec) => {
    allPanels(spec).forEach(apply);
  };
}

function eachVariable(apply: (variable: Draft) => void): (spec: Draft) => void {
  return (spec) => {
    drafts(draft(spec['templating'])['list']).forEach(apply);
  };
}

function eachGraph(apply: (panel: Draft) => void): (spec: Draft) => void {
  return eachPanel((panel) => {
    if (panel['type'] === 'graph') apply(panel);
  });
}

function fromServices(spec: Draft): void {
  const filter = draft(spec['services'])['filter'];
  if (!isDraft(filter)) return;
  if (filter['time'] !== undefined) spec['time'] = filter['time'];
  ensure(spec, 'templating')['list'] = filter['list'] ?? [];
  remove(spec, 'services');
}

function move(from: Draft, key: string, to: Draft, as: string): void {
  const value = from[key];
  if (value === undefined) return;
  to[as] = value;
  remove(from, key);
}

function graphOfFirstKind(panel: Draft): void {
  if (panel['type'] === 'graphite') panel['type'] = 'graph';
  if (panel['type'] !== 'graph') return;
  if (typeof panel['legend'] === 'boolean') panel['legend'] = { show: panel['legend'] };
  const grid = panel['grid'];
  if (isDraft(grid)) {
    move(grid, 'min', grid, 'leftMin');
    move(grid, 'max', grid, 'leftMax');
  }
  for (const [key, index] of [
    ['y_format', 0],
    ['y2_format', 1],
  ] as const) {
    const format = panel[key];
    if (format === undefined) continue;
    const formats = ensureList(panel, 'y_formats');
    formats[index] = format;
    if (formats[0] === undefined) formats[0] = null;
    remove(panel, key);
  }
}

function aliasAxis(panel: Draft): void {
  const axes = panel['aliasYAxis'];
  if (!isDraft(axes)) return;
  const overrides = ensureList(panel, 'seriesOverrides');
  for (const [alias, yaxis] of Object.entries(axes)) overrides.push({ alias, yaxis: yaxis ?? 1 });
  remove(panel, 'aliasYAxis');
}

function pulldowns(spec: Draft): void {
  for (const pulldown of drafts(spec['pulldowns'])) {
    if (pulldown['type'] === 'annotations' && spec['annotations'] === undefined) {
      spec['annotations'] = { list: pulldown['annotations'] ?? [] };
    }
  }
  const [nav] = drafts(spec['nav']);
  if (nav !== undefined && spec['timepicker'] === undefined) spec['timepicker'] = nav;
  remove(spec, 'pulldowns', 'nav');
}

function variableType(variable: Draft): void {
  if (variable['type'] === undefined || variable['type'] === 'filter') variable['type'] = 'query';
}

function statThresholds(panel: Draft): void {
  const list = panel['thresholds'];
  if (panel['type'] !== 'singlestat' || typeof list !== 'string') return;
  const values = list.split(',');
  if (values.length >= 3) panel['thresholds'] = values.slice(1).join(',');
}

function tableThresholds(panel: Draft): void {
  if (panel['type'] !== 'table') return;
  for (const style of drafts(panel['styles'])) {
    const values = style['thresholds'];
    if (Array.isArray(values) && values.length >= 3) style['thresholds'] = values.slice(1);
  }
}

function variableFlags(variable: Draft): void {
  if (typeof variable['refresh'] === 'boolean') variable['refresh'] = variable['refresh'] ? 1 : 0;
  if (flag(variable['hideVariable'])) variable['hide'] = 2;
  else if (flag(variable['hideLabel'])) variable['hide'] = 1;
  remove(variable, 'hideVariable', 'hideLabel');
}

function axis(panel: Draft, side: 'left' | 'right', format: DraftValue | undefined): Draft {
  const grid = draft(panel['grid']);
  return {
    show: panel['y-axis'] ?? true,
    label: panel[`${side}YAxisLabel`] ?? null,
    logBase: grid[`${side}LogBase`] ?? 1,
    min: grid[`${side}Min`] ?? null,
    max: grid[`${side}Max`] ?? null,
    format: format ?? 'short',
  };
}

function axes(panel: Draft): void {
  const formats = panel['y_formats'];
  if (!Array.isArray(formats)) return;
  panel['xaxis'] = { show: panel['x-axis'] ?? true };
  panel['yaxes'] = [axis(panel, 'left', formats[0]), axis(panel, 'right', formats[1])];
  const grid = draft(panel['grid']);
  for (const side of ['left', 'right']) {
    remove(grid, `${side}Min`, `${side}Max`, `${side}LogBase`);
    remove(panel, `${side}YAxisLabel`);
  }
  remove(panel, 'y_formats', 'y-axis', 'x-axis');
}

function gridThreshold(grid: Draft, name: string): Draft | null {
  const value = number(grid[name]);
  if (value === undefined) return null;
  const color = text(grid[`${name}Color`], 'rgba(216, 200, 27, 0.27)');
  return flag(grid['thresholdLine'])
    ? { value, line: true, lineColor: color, colorMode: 'custom' }
    : { value, fill: true, fillColor: color, colorMode: 'custom' };
}

function gridThresholds(panel: Draft): void {
  const grid = panel['grid'];
  if (!isDraft(grid)) return;
  const first = gridThreshold(grid, 'threshold1');
  const second = gridThreshold(grid, 'threshold2');
  if (first !== null) {
    const falling = (number(first['value']) ?? 0) > (number(second?.['value']) ?? Infinity);
    const op = falling ? 'lt' : 'gt';
    const both = second === null ? [first] : [first, second];
    panel['thresholds'] = both.map((one) => ({ ...one, op }));
  }
  remove(panel, 'grid');
}

function sharedCrosshair(spec: Draft): void {
  if (spec['sharedCrosshair'] === true) spec['graphTooltip'] = 1;
  remove(spec, 'sharedCrosshair');
}

/** The most panels a row that 24 can be divided by and that are not narrower than `minSpan`. */
export function perRow(minSpan: number): number {
  const most = 24 / Math.max(minSpan, 1);
  return [24, 12, 8, 6, 4, 3, 2].find((one) => one <= most) ?? 1;
}

function minSpan(panel: Draft): void {
  const span = number(panel['minSpan']);
  if (span !== undefined && span > 0) panel['maxPerRow'] = perRow(span);
  remove(panel, 'minSpan');
}

function gaugeOptions(panel: Draft): void {
  const options = panel['options-gauge'];
  if (!isDraft(options)) return;
  const valueOptions: Draft = {};
  for (const key of ['unit', 'stat', 'decimals', 'prefix', 'suffix']) {
    move(options, key, valueOptions, key);
  }
  remove(options, 'options');
  panel['options'] = { ...options, valueOptions };
  remove(panel, 'options-gauge');
}

export const FIRST: readonly Step[] = [
  { below: 2, apply: fromServices },
  { below: 2, apply: eachPanel(graphOfFirstKind) },
  { below: 4, apply: eachGraph(aliasAxis) },
  { below: 6, apply: pulldowns },
  { below: 6, apply: eachVariable(variableType) },
  { below: 9, apply: eachPanel(statThresholds) },
  { below: 10, apply: eachPanel(tableThresholds) },
  { below: 12, apply: eachVariable(variableFlags) },
  { below: 12, apply: eachGraph(axes) },
  { below: 13, apply: eachGraph(gridThresholds) },
  { below: 14, apply: sharedCrosshair },
  { below: 16, apply: layRows },
  { below: 17, apply: eachPanel(minSpan) },
  { below: 18, apply: eachPanel(gaugeOptions) },
];
