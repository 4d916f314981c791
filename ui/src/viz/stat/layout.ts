// Where the name, the value and the line behind it stand in one tile, and how large they are.

import { fitText } from '../shared/measure';

export interface StatTexts {
  readonly name: string;
  readonly value: string;
}

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

const NAME = { min: 10, max: 26 };
const VALUE = { min: 11, max: 120 };

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
  const graphHeight = wish.graph && height >= 64 ? Math.round(height * (inline ? 0.6 : 0.42)) : 0;
  const free = graphHeight > 0 && !inline ? room.height - graphHeight * 0.55 : room.height;
  const extra = wish.change ? 0.28 : 0;

  if (inline) {
    const nameSize = fitText(
      names,
      { width: room.width * 0.5, height: room.height * 0.6 },
      NAME,
      font,
    );
    const value = fitText(
      values,
      { width: room.width * 0.48, height: room.height * (0.9 - extra) },
      VALUE,
      font,
      600,
    );
    return {
      inline,
      nameSize: wish.titleSize ?? Math.min(nameSize, Math.max(NAME.min, value)),
      valueSize: wish.valueSize ?? Math.min(value, 64),
      graphHeight,
      pad,
    };
  }
  const nameRoom = values.length === 0 ? free : Math.min(32, free * 0.3);
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
  const valueSize =
    wish.valueSize ??
    fitText(
      values,
      { width: room.width, height: rest * (graphHeight > 0 ? 1 : 0.85) },
      VALUE,
      font,
      600,
    );
  return { inline, nameSize, valueSize, graphHeight, pad };
}
