// Strokes and fills that change along the y axis.

import type uPlot from 'uplot';
import type { ShownField } from '../../dash/frame';
import { fade, mix } from '../shared/colour';
import type { SeriesStyle } from './style';

type Paint = string | CanvasGradient;

/** Colours from the bottom of the scale to its top. Thresholds change at once, schemes slowly. */
function schemeStops(field: ShownField, low: number, high: number): (readonly [number, string])[] {
  const span = high - low;
  if (!(span > 0)) return [[0, field.display(high).color]];
  const { thresholds, color } = field.config;
  if (color?.mode !== 'thresholds' || thresholds === undefined) {
    return Array.from({ length: 17 }, (_, i) => {
      const share = i / 16;
      return [share, field.display(low + span * share).color] as const;
    });
  }
  const percent = thresholds.mode === 'percentage';
  const [min, max] = [field.config.min ?? low, field.config.max ?? high];
  const edges = thresholds.steps
    .map(({ value }) => (percent ? min + ((max - min) * value) / 100 : value))
    .filter((value) => value > low && value < high);
  const stops: (readonly [number, string])[] = [];
  const bounds = [low, ...edges, high];
  bounds.slice(1).forEach((to, i) => {
    const from = bounds[i] ?? low;
    const { color: own } = field.display((from + to) / 2);
    stops.push([(from - low) / span, own], [(to - low) / span, own]);
  });
  return stops;
}

function vertical(
  plot: uPlot,
  scale: string,
  stops: readonly (readonly [number, string])[],
): Paint {
  const { min, max } = plot.scales[scale] ?? {};
  if (min == null || max == null) return stops[0]?.[1] ?? 'transparent';
  const bottom = plot.valToPos(min, scale, true);
  const top = plot.valToPos(max, scale, true);
  if (!Number.isFinite(bottom) || !Number.isFinite(top)) return stops[0]?.[1] ?? 'transparent';
  const gradient = plot.ctx.createLinearGradient(0, bottom, 0, top);
  for (const [share, colour] of stops) {
    gradient.addColorStop(Math.max(0, Math.min(1, share)), colour);
  }
  return gradient;
}

export function strokeOf(
  field: ShownField,
  colour: string,
  style: SeriesStyle,
  scale: string,
): uPlot.Series.Stroke {
  if (style.gradient !== 'scheme') return colour;
  return (plot) => {
    const { min, max } = plot.scales[scale] ?? {};
    if (min == null || max == null) return colour;
    return vertical(plot, scale, schemeStops(field, min, max));
  };
}

export function fillOf(
  field: ShownField,
  colour: string,
  style: SeriesStyle,
  scale: string,
): uPlot.Series.Fill | undefined {
  const { fill, gradient } = style;
  if (fill === 0) return undefined;
  if (gradient === 'none') return fade(colour, fill);
  return (plot: uPlot) => {
    const { min, max } = plot.scales[scale] ?? {};
    if (min == null || max == null) return fade(colour, fill);
    if (gradient === 'scheme') {
      const stops = schemeStops(field, min, max).map(([at, one]) => [at, fade(one, fill)] as const);
      return vertical(plot, scale, stops);
    }
    if (gradient === 'hue') {
      return vertical(plot, scale, [
        [0, fade(mix(colour, '#000000', 0.45), fill)],
        [1, fade(mix(colour, '#ffffff', 0.25), fill)],
      ]);
    }
    // From its full strength down to nothing on the ground line.
    const ground = Math.max(min, Math.min(max, 0));
    const zero = (ground - min) / (max - min || 1);
    return vertical(plot, scale, [
      [0, fade(colour, zero > 0 ? fill : 0)],
      [zero, fade(colour, 0)],
      [1, fade(colour, zero < 1 ? fill : 0)],
    ]);
  };
}
