// How large a text can be in its place.

let ctx: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();

/** Width in pixels of a text set at one pixel. */
export function textWidth(text: string, font: string, weight = 400): number {
  const key = `${weight} ${font} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (ctx === undefined) {
    ctx =
      typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
  }
  let width = text.length * 0.56;
  if (ctx) {
    ctx.font = `${weight} 100px ${font}`;
    width = ctx.measureText(text).width / 100;
  }
  if (widths.size > 5000) widths.clear();
  widths.set(key, width);
  return width;
}

/** The size at which all of these texts fit into such a box. */
export function fitText(
  texts: readonly string[],
  box: { width: number; height: number },
  limits: { min: number; max: number },
  font: string,
  weight = 400,
): number {
  const widest = texts.reduce((max, text) => Math.max(max, textWidth(text, font, weight)), 0.01);
  const size = Math.min(box.width / widest, box.height / 1.15);
  return Math.max(limits.min, Math.min(limits.max, Math.floor(size)));
}
