// Colours of a heatmap, from little to much.

import { parseColour, rampColour, resolveColour, type Rgb } from '../../dash/data/colours';
import { fade } from '../shared/colour';
import { choiceAt, numberAt, flagAt, textAt, type Options } from '../shared/options';

interface Scheme {
  readonly name: string;
  /** From light to dark; in the dark theme little is dark. */
  readonly single: boolean;
  readonly stops: string;
}

const scheme = (name: string, stops: string, single = false): Scheme => ({ name, stops, single });

export const SCHEMES: readonly Scheme[] = [
  scheme('Blues', 'f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b', true),
  scheme('Greens', 'f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b', true),
  scheme('Greys', 'ffffff f0f0f0 d9d9d9 bdbdbd 969696 737373 525252 252525 000000', true),
  scheme('Oranges', 'fff5eb fee6ce fdd0a2 fdae6b fd8d3c f16913 d94801 a63603 7f2704', true),
  scheme('Purples', 'fcfbfd efedf5 dadaeb bcbddc 9e9ac8 807dba 6a51a3 54278f 3f007d', true),
  scheme('Reds', 'fff5f0 fee0d2 fcbba1 fc9272 fb6a4a ef3b2c cb181d a50f15 67000d', true),
  scheme('BuGn', 'f7fcfd ccece6 66c2a4 238b45 00441b', true),
  scheme('BuPu', 'f7fcfd bfd3e6 8c96c6 88419d 4d004b', true),
  scheme('GnBu', 'f7fcf0 ccebc5 7bccc4 2b8cbe 084081', true),
  scheme('OrRd', 'fff7ec fdd49e fc8d59 d7301f 7f0000', true),
  scheme('PuBu', 'fff7fb d0d1e6 74a9cf 0570b0 023858', true),
  scheme('PuBuGn', 'fff7fb d0d1e6 67a9cf 02818a 014636', true),
  scheme('PuRd', 'f7f4f9 d4b9da df65b0 ce1256 67001f', true),
  scheme('RdPu', 'fff7f3 fcc5c0 f768a1 ae017e 49006a', true),
  scheme('YlGn', 'ffffe5 d9f0a3 78c679 238443 004529', true),
  scheme('YlGnBu', 'ffffd9 c7e9b4 41b6c4 225ea8 081d58', true),
  scheme('YlOrBr', 'ffffe5 fee391 fe9929 cc4c02 662506', true),
  scheme('YlOrRd', 'ffffcc fed976 fd8d3c e31a1c 800026', true),
  scheme('RdYlGn', 'a50026 f46d43 fee08b d9ef8b 66bd63 006837'),
  scheme('RdYlBu', 'a50026 f46d43 fee090 e0f3f8 74add1 313695'),
  scheme('RdBu', '67001f d6604d fddbc7 d1e5f0 4393c3 053061'),
  scheme('Spectral', '9e0142 f46d43 fee08b e6f598 66c2a5 5e4fa2'),
  scheme(
    'Turbo',
    '30123b 4145ab 4675ed 39a2fc 1bcfd4 24eca6 61fc6c a4fc3b d1e834 f3c63a fe9b2d f36315 d93806 b11901 7a0402',
  ),
  scheme('Viridis', '440154 482878 3e4a89 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725'),
  scheme('Magma', '000004 180f3d 440f76 721f81 9e2f7f cd4071 f1605d fd9668 feca8d fcfdbf'),
  scheme('Inferno', '000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4'),
  scheme('Plasma', '0d0887 46039f 7201a8 9c179e bd3786 d8576b ed7953 fb9f3a fdca26 f0f921'),
  scheme('Cividis', '00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838'),
  scheme('Warm', '6e40aa bf3caf fe4b83 ff7847 e2b72f aff05b'),
  scheme('Cool', '6e40aa 4c6edb 23abd8 1ddfa3 52f667 aff05b'),
];

const stopsOf = (one: Scheme): Rgb[] =>
  one.stops.split(' ').flatMap((hex) => {
    const rgb = parseColour(`#${hex}`);
    return rgb === null ? [] : [rgb];
  });

export interface HeatColours {
  readonly min: number;
  readonly max: number;
  readonly of: (count: number) => string;
  /** For the scale in the legend, from little to much. */
  readonly ramp: readonly string[];
}

export function heatColours(
  options: Options,
  found: { readonly min: number; readonly max: number },
  theme: 'light' | 'dark',
): HeatColours {
  const min = numberAt(options, 'color.min') ?? Math.min(0, found.min);
  const top = numberAt(options, 'color.max') ?? found.max;
  const max = top > min ? top : min + 1;
  const steps = Math.max(2, Math.min(128, numberAt(options, 'color.steps') ?? 64));
  const exponential = choiceAt(options, 'color.scale', ['exponential', 'linear'], 'exponential');
  const exponent = exponential === 'exponential' ? (numberAt(options, 'color.exponent') ?? 0.5) : 1;
  const paint = painter(options, theme);
  const palette = Array.from({ length: steps }, (_, i) => paint(i / (steps - 1)));
  const share = (count: number) =>
    Math.max(0, Math.min(1, (count - min) / (max - min))) ** Math.max(0.01, exponent);
  return {
    min,
    max,
    of: (count) => palette[Math.min(steps - 1, Math.floor(share(count) * steps))] ?? 'transparent',
    ramp: Array.from({ length: 24 }, (_, i) => {
      const at = share(min + ((max - min) * i) / 23);
      return palette[Math.min(steps - 1, Math.floor(at * steps))] ?? 'transparent';
    }),
  };
}

function painter(options: Options, theme: 'light' | 'dark'): (share: number) => string {
  if (choiceAt(options, 'color.mode', ['scheme', 'opacity'], 'scheme') === 'opacity') {
    const fill = resolveColour(textAt(options, 'color.fill', 'dark-orange'), theme);
    return (share) => fade(fill, 0.04 + 0.96 * share);
  }
  const wanted = textAt(options, 'color.scheme', 'Oranges').toLowerCase();
  const found =
    SCHEMES.find((one) => one.name.toLowerCase() === wanted) ??
    SCHEMES.find((one) => one.name === 'Oranges');
  const stops = found === undefined ? [] : stopsOf(found);
  const turned = flagAt(options, 'color.reverse') !== (found?.single === true && theme === 'dark');
  return (share) => rampColour(stops, turned ? 1 - share : share);
}
