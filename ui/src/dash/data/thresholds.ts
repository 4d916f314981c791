// Which step of a field's thresholds a value is on.

import type { Threshold, Thresholds } from '../frame';
import { FALLBACK } from './colours';

const NONE: Threshold = { value: 0, color: FALLBACK };

function stepAt(value: number, steps: readonly Threshold[]): Threshold {
  let active = steps[0] ?? NONE;
  for (const step of steps) {
    if (!(value >= step.value)) break;
    active = step;
  }
  return active;
}

/** `percent` is the value's place between the field's minimum and maximum, 0…1. */
export function activeThreshold(
  thresholds: Thresholds | undefined,
  value: number,
  percent: number,
): Threshold {
  if (thresholds === undefined) return NONE;
  return stepAt(thresholds.mode === 'percentage' ? percent * 100 : value, thresholds.steps);
}

/** The steps in the field's own unit: what lines and areas are drawn at. */
export function absoluteSteps(thresholds: Thresholds, min: number, max: number): Threshold[] {
  if (thresholds.mode === 'absolute') return [...thresholds.steps];
  return thresholds.steps.map(({ value, color }) => ({
    color,
    value: Number.isFinite(value) ? min + ((max - min) * value) / 100 : value,
  }));
}
