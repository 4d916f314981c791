import { calcValues } from '../../dash/data/reduceOptions';
import type { ShownField } from '../../dash/frame';
import { isHidden, shownText } from '../shared/fields';
import type { LegendItem, LegendValue } from '../legend/rows';
import type { DrawnSeries } from './model';

export interface CalcContext {
  readonly theme: 'light' | 'dark';
  readonly timezone: string;
}

export function legendValues(
  field: ShownField,
  calcs: readonly string[],
  context: CalcContext,
): readonly LegendValue[] {
  if (calcs.length === 0) return [];
  return calcValues(field, calcs, context).map(({ title, display }) => ({
    title,
    text: shownText(display),
    numeric: display.numeric,
  }));
}

export function legendItems(
  series: readonly DrawnSeries[],
  calcs: readonly string[],
  context: CalcContext,
): readonly LegendItem[] {
  return series
    .filter(({ field }) => !isHidden(field, 'legend'))
    .map(({ name, colour, field, style }) => ({
      name,
      colour,
      values: legendValues(field, calcs, context),
      shape: style.dash === null ? 'line' : 'dash',
    }));
}
