import type { CSSProperties } from 'react';
import type { ShownValue } from '../../dash/data/reduceOptions';
import { fade } from '../shared/colour';
import type { VizTheme } from '../shared/theme';
import { barShare, barStops, cellCount, gradientCss, type Bounds } from './bars';
import styles from './bargauge.module.css';

export interface BarProps {
  value: ShownValue;
  bounds: Bounds;
  mode: 'basic' | 'gradient' | 'lcd';
  unfilled: boolean;
  /** Pixels, in the direction of the bar and across it. */
  length: number;
  thickness: number;
  upright: boolean;
  theme: VizTheme;
}

export function Bar(props: BarProps) {
  const { value, bounds, mode, unfilled, length, thickness, upright } = props;
  const share = value.noData ? 0 : barShare(value.display.numeric, bounds);
  const box: CSSProperties = upright
    ? { height: length, width: thickness }
    : { width: length, height: thickness };
  if (mode === 'lcd') return <Cells {...props} share={share} box={box} />;
  const filled = share > 0 ? Math.max(2, length * share) : 0;
  const size = upright ? { height: filled, width: '100%' } : { width: filled, height: '100%' };
  const colour = value.display.color;
  const paint: CSSProperties =
    mode === 'gradient'
      ? {
          background: gradientCss(barStops(value, bounds), upright ? 0 : 90),
          // The gradient belongs to the whole bar, of which this is a part.
          backgroundSize: upright ? `100% ${length}px` : `${length}px 100%`,
          backgroundPosition: upright ? 'bottom' : 'left',
          backgroundRepeat: 'no-repeat',
        }
      : {
          background: fade(colour, 0.35),
          boxShadow: upright ? `inset 0 2px 0 ${colour}` : `inset -2px 0 0 ${colour}`,
        };
  return (
    <span
      className={styles.bar}
      data-upright={upright || undefined}
      data-unfilled={unfilled || undefined}
      style={box}
    >
      <span className={styles.filled} style={{ ...size, ...paint }} />
    </span>
  );
}

function Cells(props: BarProps & { share: number; box: CSSProperties }) {
  const { value, bounds, unfilled, length, upright, share, box, theme } = props;
  const count = cellCount(length);
  const { field, display, noData } = value;
  return (
    <span className={styles.cells} data-upright={upright || undefined} style={box}>
      {Array.from({ length: count }, (_, i) => {
        const at = (i + 0.5) / count;
        const on = share > 0 && at <= Math.max(share, 0.5 / count);
        const colour =
          field === undefined || noData
            ? theme.surface3
            : field.config.color?.mode === 'fixed'
              ? display.color
              : field.display(bounds.min + (bounds.max - bounds.min) * at).color;
        if (!on && !unfilled) return <span key={i} className={styles.cell} />;
        return (
          <span
            key={i}
            className={styles.cell}
            style={{ background: on ? colour : fade(colour, 0.18) }}
          />
        );
      })}
    </span>
  );
}
