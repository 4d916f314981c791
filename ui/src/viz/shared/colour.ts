// What drawings do with colours, on top of `dash/data/colours`.

import {
  contrast as ratioOf,
  luminance,
  parseColour,
  toCss,
  type Rgb,
} from '../../dash/data/colours';

const BLACK: Rgb = [0, 0, 0, 1];

const parse = (css: string): Rgb => parseColour(css) ?? BLACK;

/** The colour with its own transparency times `alpha`. */
export function fade(css: string, alpha: number): string {
  const [r, g, b, a] = parse(css);
  return toCss([r, g, b, a * alpha]);
}

export function mix(from: string, to: string, share: number): string {
  const a = parse(from);
  const b = parse(to);
  const t = Math.max(0, Math.min(1, share));
  const between = (i: 0 | 1 | 2 | 3) => a[i] + (b[i] - a[i]) * t;
  return toCss([
    Math.round(between(0)),
    Math.round(between(1)),
    Math.round(between(2)),
    between(3),
  ]);
}

const DARK_INK = '#17130f';
const LIGHT_INK = '#ffffff';

export const contrast = (a: string, b: string): number => ratioOf(parse(a), parse(b));

/** Ink that is read on this ground. */
export function inkOn(ground: string): string {
  return contrast(ground, LIGHT_INK) >= contrast(ground, DARK_INK) ? LIGHT_INK : DARK_INK;
}

/** The colour, moved towards black or white until it is read on this ground. */
export function legible(css: string, ground: string, ratio = 3): string {
  if (parse(css)[3] === 0) return css;
  const end = luminance(parse(ground)) > 0.4 ? '#000000' : '#ffffff';
  for (let step = 0; step <= 10; step++) {
    const tried = step === 0 ? css : mix(css, end, step / 10);
    if (contrast(tried, ground) >= ratio) return tried;
  }
  return end;
}
