// The geometry of a dial: angles clockwise from the top, in degrees.

export const START = -120;
export const END = 120;

export function pointAt(cx: number, cy: number, radius: number, angle: number) {
  const rad = ((angle - 90) * Math.PI) / 180;
  return { x: cx + radius * Math.cos(rad), y: cy + radius * Math.sin(rad) };
}

const n = (value: number): string => String(Number(value.toFixed(2)));

/** A ring from one angle to another, `inner` to `outer`. */
export function ring(
  cx: number,
  cy: number,
  inner: number,
  outer: number,
  from: number,
  to: number,
): string {
  if (to - from >= 359.99) {
    return (
      ring(cx, cy, inner, outer, from, from + 180) +
      ring(cx, cy, inner, outer, from + 180, from + 359.98)
    );
  }
  const large = to - from > 180 ? 1 : 0;
  const a = pointAt(cx, cy, outer, from);
  const b = pointAt(cx, cy, outer, to);
  const c = pointAt(cx, cy, inner, to);
  const d = pointAt(cx, cy, inner, from);
  return (
    `M${n(a.x)} ${n(a.y)}A${n(outer)} ${n(outer)} 0 ${large} 1 ${n(b.x)} ${n(b.y)}` +
    `L${n(c.x)} ${n(c.y)}A${n(inner)} ${n(inner)} 0 ${large} 0 ${n(d.x)} ${n(d.y)}Z`
  );
}

export const shareToAngle = (share: number): number =>
  START + (END - START) * Math.max(0, Math.min(1, share));

export interface Span {
  readonly min: number;
  readonly max: number;
}

export function shareOf(value: number, { min, max }: Span): number {
  if (Number.isNaN(value)) return 0;
  return max > min ? Math.max(0, Math.min(1, (value - min) / (max - min))) : 0;
}

export interface DialBox {
  readonly cx: number;
  readonly cy: number;
  readonly radius: number;
  /** Below the dial, for the name. */
  readonly nameTop: number;
  readonly nameHeight: number;
}

/** The largest dial that fits, with room for its words. */
export function dialBox(
  width: number,
  height: number,
  wants: { name: boolean; labels: boolean },
): DialBox {
  const nameHeight = wants.name && height >= 70 ? Math.max(16, Math.min(28, height * 0.14)) : 0;
  const around = wants.labels ? 18 : 2;
  const room = height - nameHeight - around - 2;
  // A dial of 240° is 1.5 radii tall and 2 wide.
  const radius = Math.max(8, Math.min(width / 2 - (wants.labels ? 38 : 4), room / 1.5));
  const used = radius * 1.5 + around;
  const top = Math.max(0, (height - nameHeight - used) / 2) + around;
  const cy = top + radius;
  return { cx: width / 2, cy, radius, nameTop: cy + radius * 0.5 + 2, nameHeight };
}
