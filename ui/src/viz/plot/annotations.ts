// Notes on a drawing over time: a line for a moment, a field for a stretch.

import type uPlot from 'uplot';
import type { Annotation } from '../../dash/frame';
import { fade } from '../shared/colour';
import type { DrawHook } from './spec';

export const isStretch = (one: Annotation): boolean => one.timeEnd > one.time;

/** Of this panel, or of the whole dashboard. */
export function notesOf(annotations: readonly Annotation[], panelId: number): Annotation[] {
  return annotations.filter(
    (one) => one.panelId === undefined || one.panelId === 0 || one.panelId === panelId,
  );
}

export function noteHooks(notes: readonly Annotation[]): { below: DrawHook[]; above: DrawHook[] } {
  if (notes.length === 0) return { below: [], above: [] };
  return {
    below: [(plot) => drawStretches(plot, notes)],
    above: [(plot) => drawLines(plot, notes)],
  };
}

function drawStretches(plot: uPlot, notes: readonly Annotation[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const one of notes.filter(isStretch)) {
    const from = Math.max(bbox.left, plot.valToPos(one.time, 'x', true));
    const to = Math.min(bbox.left + bbox.width, plot.valToPos(one.timeEnd, 'x', true));
    if (to <= from) continue;
    ctx.fillStyle = fade(one.color, 0.12);
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
  }
  ctx.restore();
}

function drawLines(plot: uPlot, notes: readonly Annotation[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.setLineDash([4 * ratio, 4 * ratio]);
  for (const one of notes) {
    for (const time of isStretch(one) ? [one.time, one.timeEnd] : [one.time]) {
      const x = Math.round(plot.valToPos(time, 'x', true)) + 0.5;
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = fade(one.color, 0.9);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
  }
  ctx.restore();
}
