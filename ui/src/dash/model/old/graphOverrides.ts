// Exceptions by series of the graph of old, and its axes.

import { draft, drafts, flag, number, text, type Draft, type DraftValue } from '../json';
import { addOverride, type Property } from './shared';

/** Settings of a field that an axis stood for: unit, bounds, decimals, and what is custom. */
export function graphAxis(axis: Draft | undefined): Draft {
  if (axis === undefined) return {};
  const custom: Draft = { axisPlacement: axis['show'] === false ? 'hidden' : 'auto' };
  const label = text(axis['label']);
  if (label !== '') custom['axisLabel'] = label;
  const base = number(axis['logBase']) ?? 1;
  if (base > 1) custom['scaleDistribution'] = { type: 'log', log: base };
  const out: Draft = { custom };
  const unit = text(axis['format']);
  if (unit !== '') out['unit'] = unit;
  for (const key of ['min', 'max', 'decimals']) {
    const value = number(axis[key]);
    if (value !== undefined) out[key] = value;
  }
  return out;
}

function secondAxis(axis: Draft | undefined): Property[] {
  const { custom, ...field } = graphAxis(axis);
  const own = draft(custom);
  const placement: DraftValue = own['axisPlacement'] === 'hidden' ? 'hidden' : 'right';
  const properties: Property[] = [];
  for (const [id, value] of Object.entries(field)) {
    if (value !== undefined) properties.push({ id, value });
  }
  for (const [key, value] of Object.entries(own)) {
    if (value !== undefined && key !== 'axisPlacement')
      properties.push({ id: `custom.${key}`, value });
  }
  return [...properties, { id: 'custom.axisPlacement', value: placement }];
}

function stacking(value: DraftValue, percent: boolean): DraftValue {
  if (value === false) return { mode: 'none', group: 'A' };
  const mode = percent ? 'percent' : 'normal';
  return { mode, group: value === true ? 'A' : text(value, 'A') };
}

function dashes(one: Draft): Property {
  const dash = [number(one['dashLength']) ?? 10, number(one['spaceLength']) ?? 10];
  return { id: 'custom.lineStyle', value: { fill: 'dash', dash } };
}

type Rule = (value: DraftValue, one: Draft, panel: Draft) => Property[];

const tenfold: Rule = (value) => [{ id: 'custom.fillOpacity', value: (number(value) ?? 0) * 10 }];

const RULES: Readonly<Record<string, Rule>> = {
  fill: tenfold,
  fillGradient: (value, one, panel) =>
    (number(value) ?? 0) > 0
      ? [{ id: 'custom.gradientMode', value: 'opacity' }, ...tenfold(value, one, panel)]
      : [],
  lines: (value, one, panel) => {
    if (value === true) {
      return flag(panel['lines'], true) && !flag(panel['bars'])
        ? []
        : [{ id: 'custom.drawStyle', value: 'line' }];
    }
    if (flag(one['bars'])) return [];
    return flag(one['points'])
      ? [{ id: 'custom.drawStyle', value: 'points' }]
      : [{ id: 'custom.lineWidth', value: 0 }];
  },
  bars: (value) =>
    value === true
      ? [
          { id: 'custom.drawStyle', value: 'bars' },
          { id: 'custom.fillOpacity', value: 100 },
        ]
      : [{ id: 'custom.drawStyle', value: 'line' }],
  linewidth: (value) => [{ id: 'custom.lineWidth', value: number(value) ?? 1 }],
  points: (value) => [{ id: 'custom.showPoints', value: value === true ? 'always' : 'never' }],
  pointradius: (value) => [{ id: 'custom.pointSize', value: 2 + (number(value) ?? 2) * 2 }],
  steppedLine: (value) => [
    { id: 'custom.lineInterpolation', value: value === true ? 'stepAfter' : 'linear' },
  ],
  nullPointMode: (value) => [{ id: 'custom.spanNulls', value: value === 'connected' }],
  dashes: (value, one) => (value === true ? [dashes(one)] : []),
  stack: (value, _one, panel) => [
    { id: 'custom.stacking', value: stacking(value, flag(panel['percentage'])) },
  ],
  color: (value) => [{ id: 'color', value: { mode: 'fixed', fixedColor: text(value) } }],
  transform: (value) => [{ id: 'custom.transform', value: text(value) }],
  fillBelowTo: (value) => (typeof value === 'string' ? [{ id: 'custom.fillBelowTo', value }] : []),
};

function hideFrom(one: Draft): Property[] {
  const legend = one['legend'] === false;
  const tooltip = flag(one['hideTooltip']);
  if (!legend && !tooltip) return [];
  return [{ id: 'custom.hideFrom', value: { legend, tooltip, viz: false } }];
}

export function graphOverrides(panel: Draft, rightAxis: Draft | undefined): void {
  for (const one of drafts(panel['seriesOverrides'])) {
    const alias = text(one['alias']);
    if (alias === '') continue;
    const properties: Property[] = number(one['yaxis']) === 2 ? secondAxis(rightAxis) : [];
    for (const [key, value] of Object.entries(one)) {
      const rule = Object.hasOwn(RULES, key) ? RULES[key] : undefined;
      if (rule !== undefined && value !== undefined) properties.push(...rule(value, one, panel));
    }
    // A later word about the same setting wins, as it did.
    const last = new Map(properties.map((property) => [property.id, property]));
    addOverride(panel, alias, [...last.values(), ...hideFrom(one)]);
  }
}
