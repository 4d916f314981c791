import { useMemo, useRef, useState } from 'react';
import { niceTicks } from '../barchart/scale';
import { WithLegend } from '../legend/WithLegend';
import type { LegendItem } from '../legend/rows';
import { fade } from '../shared/colour';
import { noDataText, shownText } from '../shared/fields';
import { textWidth } from '../shared/measure';
import { choiceAt, numberAt, textsAt } from '../shared/options';
import { useSize } from '../shared/useSize';
import { useVizTheme, type VizTheme } from '../shared/theme';
import { VizNotice } from '../shared/VizNotice';
import { alignDecimals } from '../timeseries/range';
import { legendValues } from '../timeseries/legendItems';
import { VizTooltip } from '../tooltip/VizTooltip';
import type { VizProps } from '../types';
import { histogramBins, type Bins } from './bins';
import styles from '../barchart/barchart.module.css';

export function Histogram(props: VizProps) {
  const { frames, options, width, height, hidden, timezone, panel } = props;
  const theme = useVizTheme();
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  const bins = useMemo(() => histogramBins(frames, options), [frames, options]);
  if (bins === null) {
    return <VizNotice>{noDataText(panel.fieldConfig.defaults.noValue)}</VizNotice>;
  }
  const calcs = textsAt(options, 'legend.calcs');
  const items = bins.series.map(({ name, colour, field }): LegendItem => ({
    name,
    colour,
    values: legendValues(field, calcs, { theme: theme.scheme, timezone }),
    shape: 'square',
  }));
  const shown = bins.series.filter((one) => !hidden.has(one.name));
  return (
    <WithLegend
      options={options}
      items={items}
      width={width}
      height={height}
      hidden={hidden}
      onHidden={props.onHidden}
    >
      <div ref={host} className={styles.place}>
        {size !== null && (
          <Drawing
            bins={{ ...bins, series: shown }}
            width={size.width}
            height={size.height}
            theme={theme}
            options={options}
          />
        )}
      </div>
    </WithLegend>
  );
}

interface DrawingProps {
  bins: Bins;
  width: number;
  height: number;
  theme: VizTheme;
  options: VizProps['options'];
}

function Drawing({ bins, width, height, theme, options }: DrawingProps) {
  const [over, setOver] = useState<{ bin: number; x: number; y: number } | null>(null);
  const { edges, series, field } = bins;
  const custom = series[0]?.field.config.custom ?? {};
  const stacked =
    choiceAt(custom, 'stacking.mode', ['none', 'normal', 'percent'], 'none') !== 'none';
  const fill = Math.max(0, Math.min(100, numberAt(custom, 'fillOpacity') ?? 80)) / 100;
  const alpha = !stacked && series.length > 1 ? Math.min(fill, 0.5) : fill;
  const sums = edges
    .slice(1)
    .map((_, i) => series.reduce((sum, one) => sum + (one.counts[i] ?? 0), 0));
  const high = stacked ? Math.max(1, ...sums) : Math.max(1, ...series.flatMap((one) => one.counts));
  const axes = width >= 180 && height >= 90;
  const ticks = niceTicks(0, high, Math.max(2, Math.round(height / 50)));
  const left = axes
    ? Math.max(...ticks.values.map((one) => textWidth(String(one), theme.font))) * 12 + 16
    : 4;
  const area = {
    left,
    top: 8,
    width: Math.max(4, width - left - 16),
    height: Math.max(4, height - (axes ? 26 : 4) - 8),
  };
  const [first, last] = [edges[0] ?? 0, edges[edges.length - 1] ?? 1];
  const xOf = (value: number) => area.left + ((value - first) / (last - first || 1)) * area.width;
  const yOf = (count: number) => area.top + (1 - count / ticks.max) * area.height;
  const marks = niceTicks(first, last, Math.max(2, Math.round(width / 90)), {
    min: first,
    max: last,
  });
  const words = alignDecimals(marks.values.map((one) => shownText(field.display(one))));
  const mode = choiceAt(options, 'tooltip.mode', ['single', 'multi', 'none'], 'single');
  return (
    <>
      <svg
        width={width}
        height={height}
        className={styles.drawing}
        role="img"
        aria-label={`Histogram of ${series.length} series`}
        onPointerLeave={() => setOver(null)}
        onPointerMove={(event) => {
          if (mode === 'none') return;
          const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
          const bin = edges.findIndex((one, i) => at >= xOf(one) && at < xOf(edges[i + 1] ?? one));
          setOver(bin < 0 ? null : { bin, x: event.clientX, y: event.clientY });
        }}
      >
        {ticks.values.map((tick) => (
          <g key={tick}>
            <line
              className={tick === 0 ? styles.zero : styles.grid}
              x1={area.left}
              x2={area.left + area.width}
              y1={yOf(tick)}
              y2={yOf(tick)}
            />
            {axes && (
              <text className={styles.tick} x={area.left - 8} y={yOf(tick) + 4} textAnchor="end">
                {tick}
              </text>
            )}
          </g>
        ))}
        {axes &&
          marks.values.map((mark, i) => (
            <text
              key={mark}
              className={styles.tick}
              x={xOf(mark)}
              y={area.top + area.height + 18}
              textAnchor="middle"
            >
              {words[i]}
            </text>
          ))}
        {over !== null && (
          <rect
            className={styles.band}
            x={xOf(edges[over.bin] ?? 0)}
            y={area.top}
            width={Math.max(1, xOf(edges[over.bin + 1] ?? 0) - xOf(edges[over.bin] ?? 0))}
            height={area.height}
          />
        )}
        {series.map((one, k) =>
          one.counts.map((count, i) => {
            if (count === 0) return null;
            const base = stacked
              ? series.slice(0, k).reduce((sum, below) => sum + (below.counts[i] ?? 0), 0)
              : 0;
            const x = xOf(edges[i] ?? 0);
            const wide = Math.max(1, xOf(edges[i + 1] ?? 0) - x);
            const gap = wide > 4 ? 1 : 0;
            return (
              <rect
                key={`${k} ${i}`}
                x={x + gap / 2}
                y={yOf(base + count)}
                width={wide - gap}
                height={Math.max(1, yOf(base) - yOf(base + count))}
                fill={fade(one.colour, alpha)}
                stroke={one.colour}
                strokeWidth={wide > 6 ? (numberAt(custom, 'lineWidth') ?? 1) : 0}
                pointerEvents="none"
              />
            );
          }),
        )}
      </svg>
      {over !== null && (
        <VizTooltip
          x={over.x}
          y={over.y}
          content={{
            title: `${shownText(field.display(edges[over.bin] ?? 0))} to ${shownText(field.display(edges[over.bin + 1] ?? 0))}`,
            rows: series.slice(0, 20).map((one) => ({
              key: one.name,
              name: one.name,
              colour: one.colour,
              value: String(one.counts[over.bin] ?? 0),
            })),
            more: Math.max(0, series.length - 20),
          }}
        />
      )}
    </>
  );
}
