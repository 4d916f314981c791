import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { LineChart } from '../../chart/lineChart';
import type { TooltipMode } from '../../chart/tooltip';
import type { QueryWindow } from '../../lib/timeRange';
import { formatDateTime } from '../../lib/time';
import { formatCount, type Unit } from '../../lib/units';
import { useShownScheme } from '../../parts/colourScheme';
import type { GraphModel } from './useGraphSeries';
import styles from './Graph.module.css';

export interface GraphProps {
  model: GraphModel;
  window: QueryWindow;
  unit: Unit;
  stacked: boolean;
  visible: ReadonlySet<number>;
  focus: number | null;
  tooltip: TooltipMode;
  onZoom: (startMs: number, endMs: number) => void;
  onZoomOut: () => void;
}

/** Mounts the chart; everything drawn happens in chart/. */
export function Graph(props: GraphProps) {
  const { model, window, unit, stacked, visible, focus, tooltip } = props;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<LineChart>(null);
  const [drawn, setDrawn] = useState(0);
  const scheme = useShownScheme();

  const onZoom = useEffectEvent((startMs: number, endMs: number) => props.onZoom(startMs, endMs));
  const onZoomOut = useEffectEvent(() => props.onZoomOut());

  useEffect(() => {
    let gone = false;
    void import('../../chart/lineChart').then(({ LineChart: Chart }) => {
      if (gone || host.current === null) return;
      const { startMs, endMs } = window;
      const data = { times: model.times, startMs, endMs, series: model.series, unit, stacked };
      if (chart.current?.update(data) === true) return;
      chart.current?.destroy();
      chart.current = new Chart(host.current, data, { onZoom, onZoomOut });
      setDrawn((count) => count + 1);
    });
    return () => {
      gone = true;
    };
  }, [model, window, unit, stacked, scheme]);

  // A chart has the colours of the theme it was made in.
  useEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = null;
    },
    [scheme],
  );

  useEffect(() => chart.current?.setVisible(visible), [visible, drawn]);
  useEffect(() => chart.current?.setFocus(focus), [focus, drawn]);
  useEffect(() => chart.current?.setTooltipMode(tooltip), [tooltip, drawn]);

  const span = `${formatDateTime(window.startMs)} to ${formatDateTime(window.endMs)}`;
  return (
    <div
      ref={host}
      className={styles.graph}
      role="img"
      tabIndex={0}
      data-testid="graph"
      data-drawn={drawn > 0 || undefined}
      aria-label={`Graph of ${formatCount(model.series.length, 'series', 'series')}, ${span}`}
    />
  );
}
