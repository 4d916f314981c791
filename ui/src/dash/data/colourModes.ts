// How a field gets its colour: one and the same, by its place or name, by threshold, or along a
// scale of colours by value.

import type { FieldColor } from '../frame';
import {
  contrast,
  FALLBACK,
  parseColour,
  rampColour,
  resolveColour,
  shadesOf,
  splineColour,
  type Rgb,
  type Theme,
} from './colours';

export interface ColourMode {
  readonly id: string;
  readonly name: string;
  readonly group: 'single' | 'palette' | 'value' | 'accessible';
  /** Each value has its own colour; otherwise the whole series has one. */
  readonly byValue: boolean;
  /** Along a scale from the field's minimum to its maximum. */
  readonly continuous: boolean;
  /** Names of the colours that it goes through, or the hex digits of a fine scale. */
  readonly stops?: string;
}

const one = (
  id: string,
  name: string,
  group: ColourMode['group'],
  byValue = false,
): ColourMode => ({
  id,
  name,
  group,
  byValue,
  continuous: false,
});

const scale = (
  id: string,
  name: string,
  stops: string,
  group: ColourMode['group'] = 'value',
): ColourMode => ({ id: `continuous-${id}`, name, group, byValue: true, continuous: true, stops });

export const COLOUR_MODES: readonly ColourMode[] = [
  one('fixed', 'Single colour', 'single'),
  one('shades', 'Shades of a colour', 'single'),
  one('thresholds', 'From thresholds', 'value', true),
  one('palette-classic', 'Classic palette', 'palette'),
  one('palette-classic-by-name', 'Classic palette by series name', 'palette'),
  one('palette-colorblind', 'Safe for colour-blind eyes', 'accessible'),
  scale('GrYlRd', 'Green, yellow, red', 'green yellow red'),
  scale('RdYlGr', 'Red, yellow, green', 'red yellow green'),
  scale('BlYlRd', 'Blue, yellow, red', 'dark-blue super-light-yellow dark-red'),
  scale('YlRd', 'Yellow, red', 'super-light-yellow dark-red'),
  scale('BlPu', 'Blue, purple', 'blue purple'),
  scale('YlBl', 'Yellow, blue', 'super-light-yellow dark-blue'),
  scale('blues', 'Blues', 'panel-bg dark-blue'),
  scale('reds', 'Reds', 'panel-bg dark-red'),
  scale('greens', 'Greens', 'panel-bg dark-green'),
  scale('purples', 'Purples', 'panel-bg dark-purple'),
  scale(
    'viridis',
    'Viridis',
    '440154 481769 472c7a 423f85 3b518b 33628d 2c718e 26818e 21908d 1f9f88 27ad81 3dbc74 5cc863 81d34d aadc32 d5e21a fde725',
    'accessible',
  ),
  scale(
    'magma',
    'Magma',
    '000004 090720 1c1044 341069 4f127b 681c81 812581 9b2e7f b5367a cf4070 e55064 f4695c fb8761 fea571 fec287 fde0a1 fcfdbf',
    'accessible',
  ),
  scale(
    'plasma',
    'Plasma',
    '0d0887 2f0596 4b03a1 6400a7 7d03a8 9410a2 a82296 bb3488 cb4679 d9586a e56b5d f07f4f f89441 fdab33 fdc328 f9dd25 f0f921',
    'accessible',
  ),
  scale(
    'inferno',
    'Inferno',
    '000004 0a0722 1f0c48 3b0964 550f6d 6f196e 88226a a22b62 ba3655 d04545 e35933 f1711f f98c0a fcaa0f f9c932 f2e865 fcffa4',
    'accessible',
  ),
  scale(
    'cividis',
    'Cividis',
    '002051 012b65 11366c 26426e 3c4d6e 51586e 62646f 727071 7f7c75 8c8877 9a9478 a9a177 bbaf71 cebd68 e2cb5c f3da4f fdea45',
    'accessible',
  ),
];

const modes = new Map(COLOUR_MODES.map((mode) => [mode.id, mode]));
const fromThresholds = one('thresholds', 'From thresholds', 'value', true);

/** Modes that nobody knows take their colour from thresholds. */
export function colourMode(color: FieldColor | undefined): ColourMode {
  const mode = modes.get(color?.mode ?? '');
  if (mode !== undefined) return mode;
  if (color?.mode === 'gradient') return one('fixed', 'Single colour', 'single');
  if (color?.mode.startsWith('palette-') === true) {
    return one('palette-classic', 'Classic palette', 'palette');
  }
  return fromThresholds;
}

const CLASSIC_NAMED =
  'green semi-dark-yellow blue orange red purple ' +
  'dark-green dark-yellow dark-blue dark-orange dark-red dark-purple ' +
  'super-light-green super-light-yellow super-light-blue super-light-orange super-light-red ' +
  'super-light-purple';
const CLASSIC_HEX =
  '447EBC C15C17 890F02 0A437C 6D1F62 584477 B7DBAB F4D598 70DBED F9BA8F F29191 82B5D8 E5A8E2 ' +
  'AEA2E0 629E51 E5AC0E 64B0C8 E0752D BF1B00 0A50A1 962D82 614D93 9AC48A F2C96D 65C5DB F9934E ' +
  'EA6460 5195CE D683CE 806EB7 3F6833 967302 2F575E 99440A 58140C 052B51 511749 3F2B5B E0F9D7 ' +
  'FCEACA CFFAFF F9E2D2 FCE2DE BADFF4 F9D9F9 DEDAF7';
const SAFE = '#0072B2 #E69F00 #009E73 #CC79A7 #56B4E9 #D55E00 #F0E442 #000000 #FFFFFF'.split(' ');

const paletteNames: readonly string[] = [
  ...CLASSIC_NAMED.split(' '),
  ...CLASSIC_HEX.split(' ').map((hex) => `#${hex}`),
];

interface Palettes {
  readonly classic: readonly string[];
  readonly byName: readonly string[];
  readonly safe: readonly string[];
}

/** Non-text things need three to one against what is behind them. */
const LEAST_CONTRAST = 3;

function makePalettes(theme: Theme): Palettes {
  const behind = parseColour(resolveColour('panel-bg', theme)) ?? [0, 0, 0, 1];
  const stands = (css: string) => {
    const colour = parseColour(css);
    return colour !== null && contrast(colour, behind) >= LEAST_CONTRAST;
  };
  const classic = paletteNames.map((name) => resolveColour(name, theme));
  return { classic, byName: classic.filter(stands), safe: SAFE.filter(stands) };
}

const palettes = { dark: makePalettes('dark'), light: makePalettes('light') };

export const classicPalette = (theme: Theme): readonly string[] => palettes[theme].classic;

/** Of the 32-bit kind: the same name has the same colour in every dashboard. */
export function nameHash(text: string): number {
  let hash = 5381;
  for (let i = text.length - 1; i >= 0; i--) hash = (Math.imul(hash, 33) ^ text.charCodeAt(i)) | 0;
  return hash >>> 0;
}

const stopsCache = new Map<string, readonly Rgb[]>();

function stopsOf(mode: ColourMode, theme: Theme): readonly Rgb[] {
  const key = `${theme} ${mode.id}`;
  const known = stopsCache.get(key);
  if (known !== undefined) return known;
  const stops = (mode.stops ?? '').split(' ').flatMap((name) => {
    const rgb = parseColour(resolveColour(isFine(mode) ? `#${name}` : name, theme));
    return rgb === null ? [] : [rgb];
  });
  stopsCache.set(key, stops);
  return stops;
}

const isFine = (mode: ColourMode) => /^[0-9a-f]{6} /.test(mode.stops ?? '');

/** The colour at a place of a continuous scale, 0…1. */
export function scaleColour(mode: ColourMode, at: number, theme: Theme): string {
  const stops = stopsOf(mode, theme);
  return isFine(mode) ? rampColour(stops, at) : splineColour(stops, at);
}

/** The scale in steps, for gradients and colour bars. */
export function scaleColours(modeId: string, theme: Theme, steps = 9): string[] {
  const mode = modes.get(modeId);
  if (mode?.continuous !== true) return [];
  return Array.from({ length: steps }, (_, i) =>
    scaleColour(mode, steps > 1 ? i / (steps - 1) : 0, theme),
  );
}

export interface SeriesPlace {
  readonly index: number;
  readonly name: string;
}

const pick = (colours: readonly string[], index: number) =>
  colours[index % colours.length] ?? FALLBACK;

/** Of a mode that gives the whole series one colour. */
export function seriesColour(
  color: FieldColor | undefined,
  place: SeriesPlace,
  theme: Theme,
): string {
  switch (colourMode(color).id) {
    case 'palette-classic':
      return pick(palettes[theme].classic, place.index);
    case 'palette-classic-by-name':
      return pick(palettes[theme].byName, nameHash(place.name));
    case 'palette-colorblind':
      return pick(palettes[theme].safe, place.index);
    case 'shades':
      return pick(shadesOf(resolveColour(color?.fixedColor, theme)), place.index);
    default:
      return resolveColour(color?.fixedColor, theme);
  }
}
