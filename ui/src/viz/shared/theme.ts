// The tokens as a canvas needs them: resolved, for the theme that is shown now.

import { useMemo } from 'react';
import { resolveColours } from '../../chart/colours';
import { useShownScheme } from '../../parts/colourScheme';

export interface VizTheme {
  readonly scheme: 'light' | 'dark';
  readonly text: string;
  readonly textDim: string;
  readonly textFaint: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly surface: string;
  readonly surface2: string;
  readonly surface3: string;
  readonly ember: string;
  readonly font: string;
  readonly mono: string;
}

const made = new Map<string, VizTheme>();

function readTheme(scheme: 'light' | 'dark'): VizTheme {
  const known = made.get(scheme);
  if (known !== undefined) return known;
  const colours = resolveColours(document.body, {
    text: 'var(--text)',
    textDim: 'var(--text-dim)',
    textFaint: 'var(--text-faint)',
    line: 'var(--line)',
    lineStrong: 'var(--line-strong)',
    surface: 'var(--surface)',
    surface2: 'var(--surface-2)',
    surface3: 'var(--surface-3)',
    ember: 'var(--ember)',
  });
  const style = getComputedStyle(document.body);
  const font = style.fontFamily;
  const theme = { scheme, ...colours, font, mono: style.getPropertyValue('--mono') };
  made.set(scheme, theme);
  return theme;
}

export function useVizTheme(): VizTheme {
  const scheme = useShownScheme();
  return useMemo(() => readTheme(scheme), [scheme]);
}
