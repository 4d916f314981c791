// What is beneath the pointer.

import type { PlotHover } from '../plot/spec';
import { momentText } from '../plot/timeAxis';
import { isHidden, shownText } from '../shared/fields';
import type { TooltipCandidate } from '../tooltip/rows';
import { nearestIndex, nearestOwn } from './join';
import type { TimeModel } from './model';

export interface Beneath {
  readonly timeMs: number;
  readonly title: string;
  readonly candidates: readonly TooltipCandidate[];
  /** Of the series, by the order of the model; -1: none. */
  readonly nearest: number;
  /** Row of the joined columns. */
  readonly index: number;
}

export function beneath(
  model: TimeModel,
  hover: PlotHover,
  position: (value: number, scale: string) => number,
  span: number,
  zone: string,
): Beneath | null {
  if (model.times.length === 0) return null;
  const index = nearestIndex(model.times, hover.timeMs);
  const timeMs = model.times[index] ?? 0;
  const within = span * 0.05;
  // Beyond the data there is nothing to tell.
  if (Math.abs(timeMs - hover.timeMs) > within) return null;
  let nearest = -1;
  let distance = Infinity;
  const found: (TooltipCandidate & { series: number })[] = [];
  model.series.forEach((one, i) => {
    if (!one.shown) return;
    const row = nearestOwn(model.times, one.values, index, within);
    const value = one.values[row];
    if (value == null) return;
    const away = Math.abs(position(one.drawn[row] ?? value, one.scale) - hover.top);
    if (away < distance) {
      distance = away;
      nearest = i;
    }
    if (isHidden(one.field, 'tooltip')) return;
    const shown = one.field.display(one.style.transform === 'negative-Y' ? -value : value);
    found.push({
      key: String(i),
      series: i,
      name: one.name,
      colour: one.style.gradient === 'scheme' ? shown.color : one.colour,
      value: shownText(shown),
      numeric: value,
    });
  });
  const candidates = found.map(({ series, ...row }) => ({ ...row, strong: series === nearest }));
  return { timeMs, title: momentText(timeMs, zone), candidates, nearest, index };
}
