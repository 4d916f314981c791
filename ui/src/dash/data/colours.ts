// Colours by name, by mode and by arithmetic, in both themes. Everything here is CSS text that a
// canvas understands too, so the surfaces' colours are repeated from tokens.css.

export type Theme = 'dark' | 'light';

export type Rgb = readonly [red: number, green: number, blue: number, alpha: number];

export const FALLBACK = '#808080';

const SHADES = ['super-light-', 'light-', '', 'semi-dark-', 'dark-'];

/** Dark theme's shades from the lightest on; the light theme begins one later and adds the last. */
const HUES: Readonly<Record<string, readonly string[]>> = {
  red: ['#FFA6B0', '#FF7383', '#F2495C', '#E02F44', '#C4162A', '#AD0317'],
  orange: ['#FFCB7D', '#FFB357', '#FF9830', '#FF780A', '#FA6400', '#E55400'],
  yellow: ['#FFF899', '#FFEE52', '#FADE2A', '#F2CC0C', '#E0B400', '#CC9D00'],
  green: ['#C8F2C2', '#96D98D', '#73BF69', '#56A64B', '#37872D', '#19730E'],
  blue: ['#C0D8FF', '#8AB8FF', '#5794F2', '#3274D9', '#1F60C4', '#1250B0'],
  purple: ['#DEB6F2', '#CA95E5', '#B877D9', '#A352CC', '#8F3BB8', '#7C2EA3'],
};

function namedColours(theme: Theme): ReadonlyMap<string, string> {
  const dark = theme === 'dark';
  const names = new Map([
    ['transparent', dark ? 'rgba(0, 0, 0, 0)' : 'rgba(255, 255, 255, 0)'],
    ['text', dark ? '#ece8e2' : '#211d19'],
    ['panel-bg', dark ? '#1b1a18' : '#ffffff'],
  ]);
  for (const [hue, colours] of Object.entries(HUES)) {
    SHADES.forEach((shade, i) => names.set(shade + hue, colours[dark ? i : i + 1] ?? FALLBACK));
  }
  names.set('panel', names.get('panel-bg') ?? FALLBACK);
  return names;
}

const NAMED = { dark: namedColours('dark'), light: namedColours('light') };

/** For pickers: hue by hue, lightest first. */
export const NAMED_HUES: readonly { readonly hue: string; readonly names: readonly string[] }[] =
  Object.keys(HUES).map((hue) => ({ hue, names: SHADES.map((shade) => shade + hue) }));

/** The name of a hue, or any CSS colour, which stays what it is. */
export function resolveColour(name: string | undefined, theme: Theme): string {
  if (name === undefined || name === '') return FALLBACK;
  return NAMED[theme].get(name) ?? name;
}

/** Those that dashboards are written with; a browser knows the rest. */
const CSS_NAMES: Readonly<Record<string, string>> = {
  black: '000',
  white: 'fff',
  gray: '808080',
  grey: '808080',
  silver: 'c0c0c0',
  lightgray: 'd3d3d3',
  lightgrey: 'd3d3d3',
  darkgray: 'a9a9a9',
  darkgrey: 'a9a9a9',
  red: 'f00',
  darkred: '8b0000',
  maroon: '800000',
  orange: 'ffa500',
  darkorange: 'ff8c00',
  gold: 'ffd700',
  yellow: 'ff0',
  olive: '808000',
  green: '008000',
  lime: '0f0',
  darkgreen: '006400',
  lightgreen: '90ee90',
  teal: '008080',
  cyan: '0ff',
  aqua: '0ff',
  blue: '00f',
  navy: '000080',
  darkblue: '00008b',
  lightblue: 'add8e6',
  purple: '800080',
  magenta: 'f0f',
  fuchsia: 'f0f',
  pink: 'ffc0cb',
  brown: 'a52a2a',
};

const channel = (text: string) =>
  text.endsWith('%') ? (Number.parseFloat(text) * 255) / 100 : Number.parseFloat(text);
const alphaOf = (text: string | undefined) =>
  text === undefined ? 1 : Number.parseFloat(text) / (text.endsWith('%') ? 100 : 1);

function fromHex(digits: string): Rgb | null {
  if (!/^([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(digits)) return null;
  const full = digits.length <= 4 ? digits.replace(/./g, '$&$&') : digits;
  const at = (i: number) => Number.parseInt(full.slice(i, i + 2), 16);
  return [at(0), at(2), at(4), full.length === 8 ? at(6) / 255 : 1];
}

/** Null where only a browser could tell. */
export function parseColour(css: string): Rgb | null {
  const text = css.trim().toLowerCase();
  if (text.startsWith('#')) return fromHex(text.slice(1));
  const name = CSS_NAMES[text];
  if (name !== undefined) return fromHex(name);
  const [, kind, body] = /^(rgb|hsl)a?\(([^)]*)\)$/.exec(text) ?? [];
  if (kind === undefined || body === undefined) return text === 'transparent' ? [0, 0, 0, 0] : null;
  const [a = '', b = '', c = '', alpha] = body.split(/[\s,/]+/).filter((part) => part !== '');
  const rgb: Rgb =
    kind === 'rgb'
      ? [channel(a), channel(b), channel(c), alphaOf(alpha)]
      : [
          ...fromHsl(Number.parseFloat(a), Number.parseFloat(b) / 100, Number.parseFloat(c) / 100),
          alphaOf(alpha),
        ];
  return rgb.some(Number.isNaN) ? null : rgb;
}

const byte = (value: number) => Math.round(Math.min(255, Math.max(0, value)));

export function toCss([red, green, blue, alpha]: Rgb): string {
  if (alpha < 1) return `rgba(${byte(red)}, ${byte(green)}, ${byte(blue)}, ${alpha})`;
  const hex = [red, green, blue].map((value) => byte(value).toString(16).padStart(2, '0'));
  return `#${hex.join('')}`;
}

export function withAlpha(css: string, alpha: number): string {
  const rgb = parseColour(css);
  return rgb === null ? css : toCss([rgb[0], rgb[1], rgb[2], alpha]);
}

function toHsl([red, green, blue]: Rgb): [number, number, number] {
  const [r, g, b] = [red / 255, green / 255, blue / 255];
  const max = Math.max(r, g, b);
  const min = Math.min(r, g, b);
  const light = (max + min) / 2;
  const span = max - min;
  if (span === 0) return [0, 0, light];
  const saturation = span / (1 - Math.abs(2 * light - 1));
  const sixth = max === r ? (g - b) / span : max === g ? (b - r) / span + 2 : (r - g) / span + 4;
  return [sixth * 60, saturation, light];
}

function fromHsl(hue: number, saturation: number, light: number): [number, number, number] {
  const strength = saturation * Math.min(light, 1 - light);
  const at = (n: number) => {
    const k = (((n + hue / 30) % 12) + 12) % 12;
    return 255 * (light - strength * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [at(0), at(8), at(4)];
}

/** Eleven of one hue: the colour, then brighter and darker ones in turn. */
export function shadesOf(css: string): string[] {
  const base = parseColour(css);
  if (base === null) return [css];
  const shades = [css];
  const [hue, saturation, light] = toHsl(base);
  for (let i = 1; i < 6; i++) {
    const turn = (i / 6) * 10;
    const amount = (i / 6) * 35;
    const [r, g, b] = fromHsl(hue + turn, saturation, light);
    const lift = (amount / 100) * 255;
    shades.push(toCss([byte(r) + lift, byte(g) + lift, byte(b) + lift, 1]));
    const darker = fromHsl(hue - turn, saturation, Math.max(0, light - amount / 100));
    shades.push(toCss([...darker, 1]));
  }
  return shades;
}

export function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

/** Lays a colour that lets some through on what is behind it. */
export function over([r, g, b, alpha]: Rgb, [br, bg, bb]: Rgb): Rgb {
  const mix = (front: number, back: number) => front * alpha + back * (1 - alpha);
  return [mix(r, br), mix(g, bg), mix(b, bb), 1];
}

const INK: Rgb = [17, 18, 23, 1];
const PAPER: Rgb = [255, 255, 255, 1];

/** Text that can be read on this background: nearly black or white. */
export function textOn(background: string, theme: Theme): string {
  const behind = parseColour(resolveColour('panel-bg', theme)) ?? PAPER;
  const colour = parseColour(background);
  if (colour === null) return resolveColour('text', theme);
  const solid = over(colour, behind);
  return toCss(contrast(solid, PAPER) >= contrast(solid, INK) ? PAPER : INK);
}

/** Uniform cubic B-spline through colours, ends held; `at` from 0 to 1. */
export function splineColour(stops: readonly Rgb[], at: number): string {
  const last = stops.length - 1;
  if (last < 1) return stops[0] === undefined ? FALLBACK : toCss(stops[0]);
  const t = Math.min(1, Math.max(0, Number.isNaN(at) ? 0 : at));
  const i = Math.min(last - 1, Math.floor(t * last));
  const x = t * last - i;
  const stop = (k: number): Rgb => stops[Math.min(last, Math.max(0, k))] ?? PAPER;
  const [p1, p2] = [stop(i), stop(i + 1)];
  // Beyond the ends the line goes straight on, so that the first and last colour are met exactly.
  const beyond = (near: Rgb, far: Rgb): Rgb => [
    2 * near[0] - far[0],
    2 * near[1] - far[1],
    2 * near[2] - far[2],
    1,
  ];
  const p0 = i > 0 ? stop(i - 1) : beyond(p1, p2);
  const p3 = i < last - 1 ? stop(i + 2) : beyond(p2, p1);
  const basis = (a: number, b: number, c: number, d: number) =>
    ((1 - x) ** 3 * a +
      (4 - 6 * x * x + 3 * x ** 3) * b +
      (1 + 3 * x + 3 * x * x - 3 * x ** 3) * c +
      x ** 3 * d) /
    6;
  return toCss([
    basis(p0[0], p1[0], p2[0], p3[0]),
    basis(p0[1], p1[1], p2[1], p3[1]),
    basis(p0[2], p1[2], p2[2], p3[2]),
    1,
  ]);
}

/** Straight from one colour to the next. */
export function rampColour(stops: readonly Rgb[], at: number): string {
  const last = stops.length - 1;
  const place = Math.min(1, Math.max(0, Number.isNaN(at) ? 0 : at)) * last;
  const [low, high] = [stops[Math.floor(place)], stops[Math.ceil(place)]];
  if (low === undefined || high === undefined) return FALLBACK;
  return toCss(over([high[0], high[1], high[2], place % 1], low));
}
