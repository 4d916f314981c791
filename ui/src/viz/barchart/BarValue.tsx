import { inkOn, mix } from '../shared/colour';
import { textWidth } from '../shared/measure';
import type { VizTheme } from '../shared/theme';
import type { Bar } from './model';
import styles from './barchart.module.css';

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const sizeIn = (rect: Rect, lying: boolean): number =>
  Math.max(9, Math.min(12, (lying ? rect.height : rect.width) * 0.6));

export function valueFits(text: string, rect: Rect, lying: boolean, theme: VizTheme): boolean {
  if (lying) return rect.height >= 12;
  return textWidth(text, theme.font) * sizeIn(rect, lying) <= rect.width + 8;
}

export interface BarValueProps {
  bar: Bar;
  rect: Rect;
  lying: boolean;
  stacked: boolean;
  fill: number;
  area: { readonly left: number; readonly top: number; readonly width: number };
  theme: VizTheme;
}

export function BarValue({ bar, rect, lying, stacked, fill, area, theme }: BarValueProps) {
  const size = sizeIn(rect, lying);
  const wide = textWidth(bar.text, theme.font) * size;
  const negative = bar.to < bar.from;
  if (stacked) {
    // Between its neighbours a value has only its own piece to stand on.
    if (wide > rect.width - 4 || size * 1.2 > rect.height) return null;
    return (
      <text
        className={styles.value}
        fontSize={size}
        x={rect.x + rect.width / 2}
        y={rect.y + rect.height / 2 + size * 0.35}
        textAnchor="middle"
        style={{ fill: inkOn(mix(theme.surface, bar.colour, fill)) }}
      >
        {bar.text}
      </text>
    );
  }
  if (lying) {
    const x = negative ? rect.x - 4 : rect.x + rect.width + 4;
    const inside = x + wide > area.left + area.width;
    return (
      <text
        className={styles.value}
        fontSize={size}
        x={inside ? rect.x + rect.width - 4 : x}
        y={rect.y + rect.height / 2 + size * 0.35}
        textAnchor={inside || negative ? 'end' : 'start'}
      >
        {bar.text}
      </text>
    );
  }
  const y = negative ? rect.y + rect.height + size : rect.y - 4;
  return (
    <text
      className={styles.value}
      fontSize={size}
      x={rect.x + rect.width / 2}
      y={y < area.top + size * 0.6 ? rect.y + size + 2 : y}
      textAnchor="middle"
    >
      {bar.text}
    </text>
  );
}
