// Shares, cells and gradients of a bar.

import type { ShownValue } from '../../dash/data/reduceOptions';
import { absoluteSteps } from '../../dash/data/thresholds';
import { mix } from '../shared/colour';

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** What the field says; where it says nothing, from zero to the greatest there is. */
export function boundsOf(values: readonly ShownValue[]): Bounds {
  const known = values.filter((one) => !one.noData);
  const low = Math.min(...known.map((one) => one.min));
  const high = Math.max(...known.map((one) => one.max));
  const least = Number.isFinite(low) ? low : 0;
  if (Number.isFinite(high) && high > least) return { min: least, max: high };
  // All the same: full bars rather than empty ones.
  return least > 0 ? { min: 0, max: least } : { min: least, max: least + 1 };
}

export function barShare(value: number, { min, max }: Bounds): number {
  return Number.isNaN(value) ? 0 : Math.max(0, Math.min(1, (value - min) / (max - min)));
}

/** Colours along the whole bar, so that a place always has the same colour. */
export function barStops(
  value: ShownValue,
  bounds: Bounds,
): readonly (readonly [number, string])[] {
  const { field, display } = value;
  const { thresholds, color } = field?.config ?? {};
  if (field === undefined) return [[0, display.color]];
  if (color?.mode === 'thresholds' && thresholds !== undefined) {
    const steps = absoluteSteps(thresholds, bounds.min, bounds.max);
    return steps.map((step) => {
      const at = Math.max(bounds.min, step.value);
      return [barShare(at, bounds), field.display(at).color] as const;
    });
  }
  if (color?.mode.startsWith('continuous-') === true) {
    return Array.from({ length: 9 }, (_, i) => {
      const share = i / 8;
      return [share, field.display(bounds.min + (bounds.max - bounds.min) * share).color] as const;
    });
  }
  return [
    [0, mix(display.color, '#000000', 0.35)],
    [1, display.color],
  ];
}

export function gradientCss(stops: readonly (readonly [number, string])[], angle: number): string {
  const first = stops[0]?.[1] ?? 'currentColor';
  if (stops.length < 2) return first;
  const parts = stops.map(([at, colour]) => `${colour} ${Number((at * 100).toFixed(2))}%`);
  return `linear-gradient(${angle}deg, ${parts.join(', ')})`;
}

/** So many cells of about this size fill a bar. */
export const cellCount = (length: number, cell = 12, gap = 2): number =>
  Math.max(1, Math.min(200, Math.floor((length + gap) / (cell + gap))));
