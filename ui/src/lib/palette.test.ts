import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assignColours, hashText, SERIES_COLOURS } from './palette';

type Rgb = [number, number, number];

const tokens = readFileSync(new URL('../style/tokens.css', import.meta.url), 'utf8');

function token(name: string): { light: string; dark: string } {
  const match = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(
    tokens,
  );
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`no token --${name}`);
  return { light: match[1], dark: match[2] };
}

function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = linear(hex);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const [x, y] = [luminance(a), luminance(b)];
  return Math.max(x, y) / Math.min(x, y);
}

function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

// Machado, Oliveira and Fernandes (2009), full severity.
const EYES: Record<string, readonly [Rgb, Rgb, Rgb]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranopic: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopic: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  tritanopic: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seen(hex: string, eye: readonly [Rgb, Rgb, Rgb]): Rgb {
  const [r, g, b] = linear(hex);
  const through = (row: Rgb) => Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b));
  return oklab([through(eye[0]), through(eye[1]), through(eye[2])]);
}

const slots = Array.from({ length: SERIES_COLOURS }, (_, i) => token(`series-${i}`));

describe.each(['light', 'dark'] as const)('the series colours on %s', (theme) => {
  const colours = slots.map((slot) => slot[theme]);
  it('stand out from the surface by 3:1', () => {
    const surface = token('surface')[theme];
    for (const colour of colours) expect(contrast(colour, surface), colour).toBeGreaterThan(3);
  });
  it.each(Object.keys(EYES))('stay apart for %s eyes', (kind) => {
    const eye = EYES[kind] ?? EYES['usual'];
    if (eye === undefined) throw new Error('no such eye');
    // Twice what is just noticeable for the rarer kinds, more for the usual one.
    const least = kind === 'usual' ? 0.1 : 0.07;
    colours.forEach((a, i) =>
      colours.slice(0, i).forEach((b) => {
        const [p, q] = [seen(a, eye), seen(b, eye)];
        const apart = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        expect(apart, `${a} and ${b}`).toBeGreaterThan(least);
      }),
    );
  });
  it('comes with text colours that can be read: AA', () => {
    for (const ground of ['bg', 'surface', 'surface-2', 'surface-3']) {
      for (const text of ['text', 'text-dim']) {
        expect(
          contrast(token(text)[theme], token(ground)[theme]),
          `${text} on ${ground}`,
        ).toBeGreaterThan(4.5);
      }
    }
    for (const state of ['ok', 'warn', 'bad']) {
      for (const ground of ['surface', `${state}-wash`]) {
        expect(
          contrast(token(state)[theme], token(ground)[theme]),
          `${state} on ${ground}`,
        ).toBeGreaterThan(4.5);
      }
    }
    expect(contrast(token('ember-on-fill')[theme], token('ember-fill')[theme])).toBeGreaterThan(
      4.5,
    );
    expect(contrast(token('ember')[theme], token('ember-wash')[theme])).toBeGreaterThan(4.5);
    expect(contrast(token('text-faint')[theme], token('surface')[theme])).toBeGreaterThan(4.5);
  });
});

describe('assignment', () => {
  const series = (n: number) => ({ __name__: 'up', instance: `host-${n}:9100`, job: 'node' });
  it('gives a series the same colour alone and, where nothing collides, in company', () => {
    const [alone] = assignColours([series(1)]);
    const other = [2, 3, 4, 5, 6, 7].find((n) => assignColours([series(n)])[0] !== alone) ?? 2;
    expect(assignColours([series(other), series(1)])[1]).toBe(alone);
  });
  it('does not depend on the order of the answer', () => {
    const all = [1, 2, 3, 4, 5, 6, 7, 8].map(series);
    const forward = assignColours(all);
    const backward = assignColours([...all].reverse()).reverse();
    expect(backward).toEqual(forward);
  });
  it('uses all ten before it uses one twice', () => {
    const all = Array.from({ length: 10 }, (_, i) => series(i));
    expect(new Set(assignColours(all)).size).toBe(10);
  });
  it('spreads many series evenly', () => {
    const counts = new Array<number>(SERIES_COLOURS).fill(0);
    for (let i = 0; i < 5000; i++) {
      const slot = hashText(`up{instance="10.0.${i >> 8}.${i & 255}:9100"}`) % SERIES_COLOURS;
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(400);
  });
});
