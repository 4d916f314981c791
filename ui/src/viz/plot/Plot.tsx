import {
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { useSize } from '../shared/useSize';
import type { PlotArea, PlotHover, PlotSpec } from './spec';
import { TimePlot } from './timePlot';
import styles from './plot.module.css';

export interface PlotProps {
  spec: PlotSpec;
  label: string;
  /** A series to bring forward. */
  focus: number | null;
  onZoom: (fromMs: number, toMs: number) => void;
  onZoomOut: () => void;
  onAnnotate: ((fromMs: number, toMs: number) => void) | undefined;
  onHover: (hover: PlotHover | null, plot: TimePlot) => void;
  onPress: (hover: PlotHover, plot: TimePlot) => void;
  /** Drawn over the plot: markers of annotations. */
  children?: (area: PlotArea) => ReactNode;
}

/** Mounts the drawing and keeps it as large as its place; all drawing happens in `TimePlot`. */
export function Plot(props: PlotProps) {
  const { spec, label, focus, children } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<TimePlot>(null);
  const size = useSize(host);
  const [area, setArea] = useState<PlotArea | null>(null);
  const mayMark = props.onAnnotate !== undefined;

  const onZoom = useEffectEvent((from: number, to: number) => props.onZoom(from, to));
  const onZoomOut = useEffectEvent(() => props.onZoomOut());
  const onAnnotate = useEffectEvent((from: number, to: number) => props.onAnnotate?.(from, to));
  const onHover = useEffectEvent((hover: PlotHover | null) => {
    if (plot.current !== null) props.onHover(hover, plot.current);
  });
  const onPress = useEffectEvent((hover: PlotHover) => {
    if (plot.current !== null) props.onPress(hover, plot.current);
  });
  const onArea = useEffectEvent((next: PlotArea) =>
    setArea((now) =>
      now !== null &&
      now.left === next.left &&
      now.top === next.top &&
      now.width === next.width &&
      now.height === next.height
        ? now
        : next,
    ),
  );

  // Before the effect below makes another one, not after it.
  useLayoutEffect(
    () => () => {
      plot.current?.destroy();
      plot.current = null;
    },
    [mayMark],
  );

  useLayoutEffect(() => {
    if (host.current === null || size === null || size.width < 20 || size.height < 20) return;
    if (plot.current !== null) {
      plot.current.update(spec, size);
      return;
    }
    plot.current = new TimePlot(
      host.current,
      spec,
      {
        onZoom: (from, to) => onZoom(from, to),
        onZoomOut: () => onZoomOut(),
        onAnnotate: mayMark ? (from, to) => onAnnotate(from, to) : null,
        onHover: (hover) => onHover(hover),
        onPress: (hover) => onPress(hover),
        // Told while drawing; React hears of it after.
        onArea: (next) => queueMicrotask(() => onArea(next)),
      },
      size,
    );
  }, [spec, size, mayMark]);

  useEffect(() => plot.current?.setFocus(focus), [focus]);

  return (
    <div className={styles.place}>
      <div ref={host} className={styles.plot} role="img" tabIndex={0} aria-label={label} />
      {area !== null && children?.(area)}
    </div>
  );
}
