// From a panel's settings to what is asked of the server.

import type { PanelState, Resolution } from './panelUrl';

const POINTS = { low: 120, medium: 300, high: 1200 } as const;

const NICE_STEPS_S = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
] as const;

/** A round step that gives about as many points as the density asks for, never under a second. */
export function autoStep(rangeMs: number, density: keyof typeof POINTS): number {
  const wanted = rangeMs / 1000 / POINTS[density];
  const nice = NICE_STEPS_S.find((step) => step >= wanted * 0.999);
  return (nice ?? Math.ceil(wanted / 86_400) * 86_400) * 1000;
}

export function stepOf(rangeMs: number, resolution: Resolution): number {
  return resolution.kind === 'fixed' ? resolution.stepMs : autoStep(rangeMs, resolution.density);
}

export interface QueryWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/**
 * The points to evaluate. A window that ends now is laid on multiples of the step, so that a
 * refresh asks for the same points again and nothing on the picture jumps.
 */
export function windowOf(
  panel: Pick<PanelState, 'rangeMs' | 'endMs' | 'resolution'>,
  nowMs: number,
): QueryWindow {
  const stepMs = stepOf(panel.rangeMs, panel.resolution);
  if (panel.endMs !== null) {
    return { startMs: panel.endMs - panel.rangeMs, endMs: panel.endMs, stepMs };
  }
  const endMs = Math.floor(nowMs / stepMs) * stepMs;
  const startMs = Math.ceil((endMs - panel.rangeMs) / stepMs) * stepMs;
  return { startMs, endMs, stepMs };
}

export const RANGE_PRESETS_MS = [
  5 * 60_000,
  15 * 60_000,
  30 * 60_000,
  3_600_000,
  3 * 3_600_000,
  6 * 3_600_000,
  12 * 3_600_000,
  86_400_000,
  2 * 86_400_000,
  7 * 86_400_000,
  14 * 86_400_000,
  30 * 86_400_000,
  90 * 86_400_000,
] as const;

const MIN_RANGE_MS = 1000;
const MAX_RANGE_MS = 10 * 365 * 86_400_000;

/** The next preset down or up: what the minus and plus keys do. */
export function neighbourRange(rangeMs: number, direction: -1 | 1): number {
  if (direction > 0) {
    return (
      RANGE_PRESETS_MS.find((preset) => preset > rangeMs) ?? Math.min(rangeMs * 2, MAX_RANGE_MS)
    );
  }
  return (
    RANGE_PRESETS_MS.findLast((preset) => preset < rangeMs) ??
    Math.max(Math.floor(rangeMs / 2), MIN_RANGE_MS)
  );
}

/** `Last 1 hour`, `Last 90 min`: how a range is spoken of. */
export function rangeWords(ms: number): string {
  const units: readonly (readonly [number, string, string])[] = [
    [86_400_000, 'day', 'days'],
    [3_600_000, 'hour', 'hours'],
    [60_000, 'minute', 'minutes'],
    [1000, 'second', 'seconds'],
  ];
  for (const [size, one, many] of units) {
    if (ms >= size && ms % size === 0) return `${ms / size} ${ms === size ? one : many}`;
  }
  return `${ms / 1000} seconds`;
}
