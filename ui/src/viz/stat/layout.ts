// Where the name, the value and the line behind it stand in one tile, and how large they are.

import { fitText } from '../shared/measure';

export interface StatTexts {
  readonly name: string;
  readonly value: string;
  /** Of the value with its smaller unit, at one pixel of its size. */
  readonly valueWidth: number;
}

/** Prefix and suffix are set smaller than the figure. */
export const UNIT_SIZE = 0.62;

export interface StatWish {
  readonly wide: boolean;
  readonly graph: boolean;
  readonly change: boolean;
  readonly titleSize: number | undefined;
  readonly valueSize: number | undefined;
  readonly font: string;
}

export interface StatLayout {
  /** Name on the left, value on the right. */
  readonly inline: boolean;
  readonly nameSize: number;
  readonly valueSize: number;
  /** Pixels at the foot that the line takes; 0: none. */
  readonly graphHeight: number;
  readonly pad: number;
}

const NAME = { min: 12, max: 26 };
const VALUE = { min: 11, max: 120 };

function fitValue(tiles: readonly StatTexts[], width: number, height: number): number {
  const widest = tiles.reduce((max, one) => Math.max(max, one.valueWidth), 0.01);
  const size = Math.floor(Math.min(width / widest, height / 1.15));
  return Math.max(VALUE.min, Math.min(VALUE.max, size));
}

/** One layout for all tiles of a panel: the same size of text in each. */
export function statLayout(
  tiles: readonly StatTexts[],
  width: number,
  height: number,
  wish: StatWish,
): StatLayout {
  const { font } = wish;
  const pad = width < 120 || height < 56 ? 6 : 12;
  const names = tiles.map((one) => one.name).filter((one) => one !== '');
  const values = tiles.map((one) => one.value).filter((one) => one !== '');
  const inline =
    wish.wide && names.length > 0 && values.length > 0 && width > 2.6 * height && height < 160;
  const room = { width: width - 2 * pad, height: height - 2 * Math.min(pad, height * 0.1) };
  const graphHeight = wish.graph && height >= 60 ? Math.round(height * (inline ? 0.36 : 0.4)) : 0;
  // The line may touch the words, but not run through them.
  const free = room.height - graphHeight * 0.8;
  const extra = wish.change ? 0.28 : 0;

  if (inline) {
    const value = wish.valueSize ?? Math.min(64, fitValue(tiles, room.width * 0.5, free * 0.95));
    const wanted = fitText(names, { width: room.width * 0.6, height: free * 0.6 }, NAME, font);
    return {
      inline,
      nameSize: wish.titleSize ?? Math.min(Math.max(13, wanted), Math.max(NAME.min, value)),
      valueSize: value,
      graphHeight,
      pad,
    };
  }
  const nameRoom = values.length === 0 ? free : Math.min(30, free * 0.28);
  const nameSize =
    names.length === 0
      ? 0
      : (wish.titleSize ??
        fitText(
          names,
          // A long name is cut rather than made too small to be read.
          { width: Math.max(room.width, 10) * 1.35, height: nameRoom },
          values.length === 0 ? { min: 12, max: 80 } : NAME,
          font,
        ));
  const rest = (free - (names.length === 0 ? 0 : nameSize * 1.3)) * (1 - extra);
  const valueSize = wish.valueSize ?? fitValue(tiles, room.width, rest * 0.92);
  return { inline, nameSize, valueSize, graphHeight, pad };
}
