import { useMemo, useRef, useState } from 'react';
import { pointAt, ring } from '../gauge/arc';
import { WithLegend } from '../legend/WithLegend';
import type { LegendItem } from '../legend/rows';
import { inkOn } from '../shared/colour';
import { noDataText, shownText } from '../shared/fields';
import { choiceAt, textsAt } from '../shared/options';
import { textWidth } from '../shared/measure';
import { useSize } from '../shared/useSize';
import { useVizTheme } from '../shared/theme';
import { useValues } from '../shared/useValues';
import { VizNotice } from '../shared/VizNotice';
import { VizTooltip } from '../tooltip/VizTooltip';
import type { VizProps } from '../types';
import { percentText, slicesOf, type Slice } from './slices';
import styles from './piechart.module.css';
import type { ShownValue } from '../../dash/data/reduceOptions';

export function PieChart(props: VizProps) {
  const { options, width, height, hidden, panel } = props;
  const theme = useVizTheme();
  const values = useValues(props, theme.scheme);
  const sort = choiceAt(options, 'sort', ['desc', 'asc', 'none'], 'desc');
  const slices = useMemo(
    () =>
      slicesOf(
        values.map((one) => ({ name: one.title, value: one.display.numeric })),
        hidden,
        sort,
      ),
    [values, hidden, sort],
  );
  const whole = values.reduce(
    (sum, one) =>
      sum + (one.display.numeric > 0 && !hidden.has(one.title) ? one.display.numeric : 0),
    0,
  );
  if (values.every((one) => one.noData)) {
    return <VizNotice>{noDataText(panel.fieldConfig.defaults.noValue)}</VizNotice>;
  }
  const wanted = textsAt(options, 'legend.values');
  const order =
    sort === 'none'
      ? values
      : [...values].sort((a, b) => {
          const by = b.display.numeric - a.display.numeric;
          return sort === 'desc' ? by : -by;
        });
  const items = order.map((one): LegendItem => {
    const share = whole > 0 && one.display.numeric > 0 ? one.display.numeric / whole : 0;
    const columns = [];
    if (wanted.includes('value')) {
      columns.push({ title: 'Value', text: shownText(one.display), numeric: one.display.numeric });
    }
    if (wanted.includes('percent')) {
      columns.push({
        title: 'Percent',
        text: hidden.has(one.title) ? '' : percentText(share),
        numeric: share,
      });
    }
    return { name: one.title, colour: one.display.color, values: columns, shape: 'square' };
  });
  return (
    <WithLegend
      options={options}
      items={items}
      width={width}
      height={height}
      hidden={hidden}
      onHidden={props.onHidden}
    >
      <Pie {...props} slices={slices} values={values} />
    </WithLegend>
  );
}

interface PieProps extends VizProps {
  slices: readonly Slice[];
  values: readonly ShownValue[];
}

function Pie({ slices, values, options }: PieProps) {
  const family = useVizTheme().font;
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  const [over, setOver] = useState<{ slice: Slice; x: number; y: number } | null>(null);
  const donut = choiceAt(options, 'pieType', ['pie', 'donut'], 'pie') === 'donut';
  const labels = textsAt(options, 'displayLabels');
  const mode = choiceAt(options, 'tooltip.mode', ['single', 'multi', 'none'], 'single');
  const width = size?.width ?? 0;
  const height = size?.height ?? 0;
  const radius = Math.max(0, Math.min(width, height) / 2 - 6);
  const inner = donut ? radius * 0.62 : 0;
  const [cx, cy] = [width / 2, height / 2];
  const valueOf = (slice: Slice) => values[slice.index];
  const row = (slice: Slice) => ({
    key: String(slice.index),
    name: slice.name,
    colour: valueOf(slice)?.display.color ?? '',
    value: `${shownOf(valueOf(slice))}  ${percentText(slice.share)}`,
    strong: slice.index === over?.slice.index,
  });
  return (
    <div ref={host} className={styles.pie}>
      <svg width={width} height={height} role="img" aria-label={`Pie of ${slices.length} parts`}>
        {radius > 0 &&
          slices.map((slice) => {
            const gap =
              slices.length > 1 && radius > 40 ? Math.min(0.6, (slice.to - slice.from) / 4) : 0;
            return (
              <path
                key={slice.index}
                d={ring(cx, cy, inner, radius, slice.from + gap / 2, slice.to - gap / 2)}
                fill={valueOf(slice)?.display.color}
                className={styles.slice}
                data-dim={(over !== null && over.slice.index !== slice.index) || undefined}
                onPointerMove={(event) => setOver({ slice, x: event.clientX, y: event.clientY })}
                onPointerLeave={() => setOver(null)}
              />
            );
          })}
        {labels.length > 0 &&
          slices.map((slice) => (
            <SliceLabel
              key={slice.index}
              family={family}
              slice={slice}
              value={valueOf(slice)}
              parts={labels}
              radius={radius}
              inner={inner}
              cx={cx}
              cy={cy}
            />
          ))}
        {slices.length === 0 && radius > 0 && (
          <circle
            cx={cx}
            cy={cy}
            r={(radius + inner) / 2}
            strokeWidth={radius - inner}
            className={styles.none}
          />
        )}
      </svg>
      {over !== null && mode !== 'none' && (
        <VizTooltip
          x={over.x}
          y={over.y}
          content={{
            title: '',
            rows: mode === 'multi' ? slices.slice(0, 20).map(row) : [row(over.slice)],
            more: mode === 'multi' ? Math.max(0, slices.length - 20) : 0,
          }}
        />
      )}
    </div>
  );
}

const shownOf = (value: ShownValue | undefined): string =>
  value === undefined ? '' : shownText(value.display);

interface SliceLabelProps {
  family: string;
  slice: Slice;
  value: ShownValue | undefined;
  parts: readonly string[];
  radius: number;
  inner: number;
  cx: number;
  cy: number;
}

/** Words inside of a slice, where it is large enough to hold them. */
function SliceLabel({ family, slice, value, parts, radius, inner, cx, cy }: SliceLabelProps) {
  const middle = (slice.from + slice.to) / 2;
  const at = pointAt(cx, cy, inner > 0 ? (inner + radius) / 2 : radius * 0.66, middle);
  const words = {
    name: parts.includes('name') ? slice.name : '',
    value: parts.includes('value') ? shownOf(value) : '',
    percent: parts.includes('percent') ? percentText(slice.share) : '',
  };
  const font = Math.max(9, Math.min(14, radius / 8));
  const room = inner > 0 ? radius - inner : radius * 0.62;
  const arc = ((slice.to - slice.from) / 360) * 2 * Math.PI * radius * 0.7;
  const wide = inner > 0 ? room * 0.96 : Math.max(room, Math.min(arc, radius));
  const fits = (tried: readonly string[]) =>
    tried.length > 0 &&
    arc >= font * 1.3 * tried.length &&
    tried.every((one) => textWidth(one, family, 500) * font <= wide);
  // Where not all of it fits, the figure alone may.
  const lines = [
    [words.name, words.value, words.percent],
    [words.value, words.percent],
    [words.percent],
  ]
    .map((tried) => tried.filter((one) => one !== ''))
    .find(fits);
  if (lines === undefined) return null;
  return (
    <text
      x={at.x}
      y={at.y - ((lines.length - 1) * font * 1.2) / 2 + font * 0.35}
      fontSize={font}
      fill={inkOn(value?.display.color ?? '#888888')}
      className={styles.label}
    >
      {lines.map((line, i) => (
        <tspan key={i} x={at.x} dy={i === 0 ? 0 : font * 1.2}>
          {line}
        </tspan>
      ))}
    </text>
  );
}
