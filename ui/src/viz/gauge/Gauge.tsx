import { absoluteSteps } from '../../dash/data/thresholds';
import { resolveColour } from '../../dash/data/colours';
import type { ShownValue } from '../../dash/data/reduceOptions';
import { legible } from '../shared/colour';
import { shownText } from '../shared/fields';
import { Linked } from '../shared/Linked';
import { fitText } from '../shared/measure';
import { choiceAt, flagAt, numberAt, type Options } from '../shared/options';
import { useVizTheme, type VizTheme } from '../shared/theme';
import { tileGrid } from '../shared/tiles';
import { useValues } from '../shared/useValues';
import { VizNotice } from '../shared/VizNotice';
import type { VizProps } from '../types';
import { dialBox, pointAt, ring, shareOf, shareToAngle, START, type Span } from './arc';
import styles from './gauge.module.css';

export function Gauge(props: VizProps) {
  const { options, width, height } = props;
  const theme = useVizTheme();
  const values = useValues(props, theme.scheme);
  const first = values[0];
  if (first?.noData === true) return <VizNotice>{first.display.text}</VizNotice>;
  const orientation = choiceAt(options, 'orientation', ['auto', 'horizontal', 'vertical'], 'auto');
  const manual = choiceAt(options, 'sizing', ['auto', 'manual'], 'auto') === 'manual';
  const grid = tileGrid(values.length, width, height, {
    flow: orientation === 'auto' ? 'auto' : orientation === 'horizontal' ? 'rows' : 'columns',
    aspect: 1.15,
    minWidth: manual ? (numberAt(options, 'minVizWidth') ?? 75) : 75,
    minHeight: manual ? (numberAt(options, 'minVizHeight') ?? 75) : 40,
    gap: 8,
  });
  const size = sizeOf(values, grid, options, theme);
  return (
    <div
      className={styles.gauges}
      style={{
        gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
        gridAutoRows: grid.height,
        overflowY: grid.scrolls ? 'auto' : 'hidden',
      }}
    >
      {values.map((value, i) => (
        <Dial
          key={`${i} ${value.title}`}
          value={value}
          named={values.length > 1}
          width={grid.width}
          height={grid.height}
          fontSize={size}
          options={options}
          theme={theme}
        />
      ))}
    </div>
  );
}

/** A dial that was told no bounds goes from 0 to 100. */
function spanOf(value: ShownValue): Span {
  const { min, max } = value.field?.config ?? {};
  const low = min ?? 0;
  const high = max ?? (low < 100 ? 100 : low + 1);
  return { min: low, max: high };
}

/** The same size of text in each dial. */
function sizeOf(
  values: readonly ShownValue[],
  grid: { width: number; height: number },
  options: Options,
  theme: VizTheme,
): number {
  const given = numberAt(options, 'text.valueSize');
  if (given !== undefined) return given;
  const labels = flagAt(options, 'showThresholdLabels');
  const { radius } = dialBox(grid.width, grid.height, { name: values.length > 1, labels });
  const texts = values.map((one) => shownText(one.display));
  const room = { width: radius * 1.2, height: radius * 0.62 };
  return fitText(texts, room, { min: 10, max: 72 }, theme.font, 600);
}

interface DialProps {
  value: ShownValue;
  named: boolean;
  width: number;
  height: number;
  fontSize: number;
  options: Options;
  theme: VizTheme;
}

function Dial({ value, named, width, height, fontSize, options, theme }: DialProps) {
  const markers = flagAt(options, 'showThresholdMarkers', true);
  const labels = flagAt(options, 'showThresholdLabels') && height > 110;
  const name = named ? value.title : '';
  const box = dialBox(width, height, { name: name !== '', labels });
  const { cx, cy, radius } = box;
  const span = spanOf(value);
  const outer = markers ? radius * 0.93 : radius;
  const inner = outer * 0.78;
  const share = shareOf(value.display.numeric, span);
  const neutral = numberAt(options, 'neutral');
  const from = neutral === undefined ? START : shareToAngle(shareOf(neutral, span));
  const to = shareToAngle(share);
  const colour = value.noData ? theme.textFaint : value.display.color;
  const titleSize =
    numberAt(options, 'text.titleSize') ?? Math.max(11, Math.min(16, box.nameHeight * 0.7));
  const text = shownText(value.display);
  return (
    <Linked
      links={value.noData ? [] : value.links()}
      className={styles.dial}
      title={`${value.title} ${text}`.trim()}
    >
      <svg width={width} height={height} role="img" aria-label={`${value.title} ${text}`.trim()}>
        <path d={ring(cx, cy, inner, outer, START, -START)} className={styles.track} />
        {share > 0 || neutral !== undefined ? (
          <path
            d={ring(cx, cy, inner, outer, Math.min(from, to), Math.max(from, to))}
            fill={colour}
          />
        ) : null}
        {markers && (
          <Markers value={value} span={span} cx={cx} cy={cy} radius={radius} theme={theme} />
        )}
        {labels && <Labels value={value} span={span} cx={cx} cy={cy} radius={radius} />}
        <text
          x={cx}
          y={cy + fontSize * 0.24}
          className={styles.value}
          fontSize={fontSize}
          fill={
            value.noData ? theme.textDim : legible(colour, theme.surface, fontSize < 19 ? 4.5 : 3)
          }
        >
          {text}
        </text>
      </svg>
      {box.nameHeight > 0 && (
        <div
          className={styles.name}
          style={{ top: box.nameTop, height: box.nameHeight, fontSize: titleSize }}
        >
          {name}
        </div>
      )}
    </Linked>
  );
}

interface RimProps {
  value: ShownValue;
  span: Span;
  cx: number;
  cy: number;
  radius: number;
}

function stepsOf(value: ShownValue, { min, max }: Span) {
  const thresholds = value.field?.config.thresholds;
  if (thresholds === undefined) return [];
  return absoluteSteps(thresholds, min, max);
}

function Markers({ value, span, cx, cy, radius, theme }: RimProps & { theme: VizTheme }) {
  const steps = stepsOf(value, span);
  return steps.map((step, i) => {
    const from = shareToAngle(shareOf(step.value, span));
    const to = shareToAngle(shareOf(steps[i + 1]?.value ?? Infinity, span));
    if (to <= from) return null;
    return (
      <path
        key={step.value}
        d={ring(cx, cy, radius * 0.955, radius, from, to)}
        fill={resolveColour(step.color, theme.scheme)}
      />
    );
  });
}

function Labels({ value, span, cx, cy, radius }: RimProps) {
  const { field } = value;
  if (field === undefined) return null;
  const marks = [
    span.min,
    ...stepsOf(value, span)
      .map((one) => one.value)
      .filter((one) => one > span.min && one < span.max),
    span.max,
  ];
  return marks.map((mark) => {
    const angle = shareToAngle(shareOf(mark, span));
    const { x, y } = pointAt(cx, cy, radius + 6, angle);
    const anchor = Math.abs(angle) < 12 ? 'middle' : angle < 0 ? 'end' : 'start';
    return (
      <text key={mark} x={x} y={y + 3} className={styles.label} textAnchor={anchor}>
        {shownText(field.display(mark))}
      </text>
    );
  });
}
