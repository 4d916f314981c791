import type uPlot from 'uplot';
import { inkOn, fade, mix } from '../shared/colour';
import type { VizTheme } from '../shared/theme';
import type { StateRow } from './model';

export interface StateStyle {
  /** Part of the room of a row. */
  readonly rowHeight: number;
  readonly colWidth: number;
  readonly fill: number;
  readonly lineWidth: number;
  readonly showValue: 'auto' | 'always' | 'never';
  readonly align: 'left' | 'center' | 'right';
}

/** Boxes of each row; the scale of the rows is their number, from the top. */
export function drawStates(
  plot: uPlot,
  rows: readonly StateRow[],
  style: StateStyle,
  theme: VizTheme,
): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const right = bbox.left + bbox.width;
  const font = 11 * ratio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `500 ${font}px ${theme.font}`;
  ctx.textBaseline = 'middle';
  rows.forEach((row, i) => {
    const middle = plot.valToPos(i, 'rows', true);
    const room = Math.abs(plot.valToPos(1, 'rows', true) - plot.valToPos(0, 'rows', true));
    const tall = Math.max(ratio, room * style.rowHeight);
    const top = Math.round(middle - tall / 2);
    for (const one of row.segments) {
      const centre = (one.from + one.to) / 2;
      const half = ((one.to - one.from) / 2) * style.colWidth;
      const x0 = Math.max(bbox.left, plot.valToPos(centre - half, 'x', true));
      const x1 = Math.min(right, plot.valToPos(centre + half, 'x', true));
      if (x1 <= bbox.left || x0 >= right) continue;
      const width = Math.max(ratio, Math.round(x1) - Math.round(x0));
      const left = Math.round(x0);
      ctx.fillStyle = fade(one.colour, style.fill);
      ctx.fillRect(left, top, width, Math.round(tall));
      if (style.lineWidth > 0 && width > style.lineWidth * 2 * ratio) {
        const line = style.lineWidth * ratio;
        ctx.strokeStyle = one.colour;
        ctx.lineWidth = line;
        ctx.strokeRect(left + line / 2, top + line / 2, width - line, Math.round(tall) - line);
      }
      if (style.showValue === 'never' || tall < font * 1.15) continue;
      drawText(ctx, one.text, { left, width, middle, pad: 5 * ratio }, style, () =>
        inkOn(mix(theme.surface, one.colour, style.fill)),
      );
    }
  });
  ctx.restore();
}

function drawText(
  ctx: CanvasRenderingContext2D,
  text: string,
  box: { left: number; width: number; middle: number; pad: number },
  style: StateStyle,
  ink: () => string,
): void {
  const { left, width, middle, pad } = box;
  if (width < 2 * pad + 4) return;
  const wide = ctx.measureText(text).width;
  const fits = wide <= width - 2 * pad;
  if (!fits && style.showValue === 'auto') return;
  ctx.fillStyle = ink();
  const x = !fits
    ? left + pad
    : style.align === 'center'
      ? left + (width - wide) / 2
      : style.align === 'right'
        ? left + width - pad - wide
        : left + pad;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, middle - 20 * devicePixelRatio, width - pad / 2, 40 * devicePixelRatio);
  ctx.clip();
  ctx.fillText(text, x, middle);
  ctx.restore();
}
