// Thresholds drawn in: as lines, as fields of colour, or both.

import type uPlot from 'uplot';
import { absoluteSteps } from '../../dash/data/thresholds';
import { resolveColour } from '../../dash/data/colours';
import { fade } from '../shared/colour';
import type { DrawHook } from '../plot/spec';
import type { VizTheme } from '../shared/theme';
import type { ScaleModel } from './model';
import { thresholdStyle } from './style';

interface Step {
  readonly from: number;
  readonly to: number;
  readonly colour: string;
}

function stepsOn(plot: uPlot, scale: ScaleModel, theme: VizTheme): Step[] {
  const { min, max } = plot.scales[scale.key] ?? {};
  const owner = scale.series.find((one) => thresholdStyle(one.field) !== 'off');
  const thresholds = owner?.field.config.thresholds;
  if (min == null || max == null || owner === undefined || thresholds === undefined) return [];
  const low = owner.field.config.min ?? min;
  const high = owner.field.config.max ?? max;
  const steps = absoluteSteps(thresholds, low, high);
  return steps.map((step, i) => ({
    from: step.value,
    to: steps[i + 1]?.value ?? Infinity,
    colour: resolveColour(step.color, theme.scheme),
  }));
}

export function thresholdHooks(
  scales: readonly ScaleModel[],
  theme: VizTheme,
): { below: DrawHook[]; above: DrawHook[] } {
  const below: DrawHook[] = [];
  const above: DrawHook[] = [];
  for (const scale of scales) {
    const owner = scale.series.find((one) => thresholdStyle(one.field) !== 'off');
    if (owner === undefined) continue;
    const style = thresholdStyle(owner.field);
    if (style.includes('area')) {
      below.push((plot) => drawAreas(plot, scale.key, stepsOn(plot, scale, theme)));
    }
    if (style !== 'area') {
      const dashed = style.includes('dashed');
      above.push((plot) => drawLines(plot, scale.key, stepsOn(plot, scale, theme), dashed));
    }
  }
  return { below, above };
}

function drawAreas(plot: uPlot, scale: string, steps: readonly Step[]): void {
  const { min, max } = plot.scales[scale] ?? {};
  if (min == null || max == null) return;
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { from, to, colour } of steps) {
    if (to <= min || from >= max) continue;
    const top = plot.valToPos(Math.min(to, max), scale, true);
    const bottom = plot.valToPos(Math.max(from, min), scale, true);
    ctx.fillStyle = fade(colour, 0.14);
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  }
  ctx.restore();
}

function drawLines(plot: uPlot, scale: string, steps: readonly Step[], dashed: boolean): void {
  const { min, max } = plot.scales[scale] ?? {};
  if (min == null || max == null) return;
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 1.5 * ratio;
  if (dashed) ctx.setLineDash([8 * ratio, 6 * ratio]);
  for (const { from, colour } of steps) {
    if (!Number.isFinite(from) || from < min || from > max) continue;
    const y = Math.round(plot.valToPos(from, scale, true)) + 0.5;
    ctx.strokeStyle = fade(colour, 0.85);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
