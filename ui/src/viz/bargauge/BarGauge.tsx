import type { ShownValue } from '../../dash/data/reduceOptions';
import { legible } from '../shared/colour';
import { shownText } from '../shared/fields';
import { Linked } from '../shared/Linked';
import { textWidth } from '../shared/measure';
import { choiceAt, flagAt, numberAt } from '../shared/options';
import { useVizTheme, type VizTheme } from '../shared/theme';
import { useValues } from '../shared/useValues';
import { VizNotice } from '../shared/VizNotice';
import type { VizProps } from '../types';
import { Bar } from './Bar';
import { boundsOf, type Bounds } from './bars';
import styles from './bargauge.module.css';

type NamePlace = 'auto' | 'top' | 'left' | 'hidden';

export function BarGauge(props: VizProps) {
  const { options, width, height } = props;
  const theme = useVizTheme();
  const values = useValues(props, theme.scheme);
  const first = values[0];
  if (first?.noData === true) return <VizNotice>{first.display.text}</VizNotice>;
  const bounds = boundsOf(values);
  const orientation = choiceAt(options, 'orientation', ['auto', 'horizontal', 'vertical'], 'auto');
  const shared = {
    values,
    bounds,
    width,
    height,
    theme,
    mode: choiceAt(options, 'displayMode', ['basic', 'gradient', 'lcd'], 'gradient'),
    valueMode: choiceAt(options, 'valueMode', ['color', 'text', 'hidden'], 'color'),
    names: choiceAt<NamePlace>(options, 'namePlacement', ['auto', 'top', 'left', 'hidden'], 'auto'),
    unfilled: flagAt(options, 'showUnfilled', true),
    titleSize: numberAt(options, 'text.titleSize'),
    valueSize: numberAt(options, 'text.valueSize'),
    least: numberAt(options, orientation === 'vertical' ? 'minVizWidth' : 'minVizHeight'),
    most: numberAt(options, 'maxVizHeight') ?? 300,
  };
  return orientation === 'vertical' ? <Upright {...shared} /> : <Lying {...shared} />;
}

interface BarsProps {
  values: readonly ShownValue[];
  bounds: Bounds;
  width: number;
  height: number;
  theme: VizTheme;
  mode: 'basic' | 'gradient' | 'lcd';
  valueMode: 'color' | 'text' | 'hidden';
  names: NamePlace;
  unfilled: boolean;
  titleSize: number | undefined;
  valueSize: number | undefined;
  least: number | undefined;
  most: number;
}

const GAP = 6;

function valueColour(props: BarsProps, value: ShownValue): string {
  return props.valueMode === 'text' || value.noData
    ? props.theme.text
    : legible(value.display.color, props.theme.surface, 4.5);
}

const named = (values: readonly ShownValue[]): boolean =>
  values.length > 1 && values.some((one) => one.title !== '');

/** Bars from left to right, one below another. */
function Lying(props: BarsProps) {
  const { values, bounds, width, height, theme } = props;
  const count = values.length;
  const each = (height - GAP * (count - 1)) / count;
  const hasNames = named(values) && props.names !== 'hidden';
  const onTop = hasNames && (props.names === 'top' || (props.names === 'auto' && each >= 44));
  const least = Math.max(props.least ?? 16, onTop ? 36 : 18);
  const row = Math.max(least, Math.min(each, props.most));
  const texts = values.map((one) => shownText(one.display));
  const widest = (list: readonly string[], weight?: number) =>
    Math.max(0.01, ...list.map((one) => textWidth(one, theme.font, weight)));
  // Smaller rather than cut off where the panel is narrow.
  const nameFits = onTop ? Infinity : (width * 0.36 - 4) / widest(values.map((one) => one.title));
  const nameSize =
    props.titleSize ?? Math.max(11, Math.min(15, row * (onTop ? 0.3 : 0.55), nameFits));
  const bar = onTop ? row - nameSize * 1.5 : row;
  const valueFits = (width * 0.4 - 4) / widest(texts, 600);
  const valueSize = props.valueSize ?? Math.max(11, Math.min(28, bar * 0.55, valueFits));
  const valueWidth =
    props.valueMode === 'hidden'
      ? 0
      : Math.min(
          width * 0.4,
          Math.ceil(Math.max(...texts.map((one) => textWidth(one, theme.font, 600))) * valueSize) +
            4,
        );
  const nameWidth =
    hasNames && !onTop
      ? Math.min(
          width * 0.36,
          Math.ceil(Math.max(...values.map((one) => textWidth(one.title, theme.font))) * nameSize) +
            4,
        )
      : 0;
  const length =
    width - valueWidth - nameWidth - (valueWidth > 0 ? 8 : 0) - (nameWidth > 0 ? 8 : 0);
  return (
    <div
      className={styles.lying}
      style={{
        gap: GAP,
        overflowY: row * count + GAP * (count - 1) > height + 1 ? 'auto' : 'hidden',
      }}
    >
      {values.map((value, i) => (
        <Linked
          key={`${i} ${value.title}`}
          links={value.noData ? [] : value.links()}
          className={styles.row}
          title={`${value.title} ${texts[i] ?? ''}`.trim()}
          style={{ height: row }}
        >
          {hasNames && (
            <span
              className={styles.name}
              data-top={onTop || undefined}
              style={{
                fontSize: nameSize,
                ...(onTop ? { height: nameSize * 1.5 } : { width: nameWidth }),
              }}
            >
              {value.title}
            </span>
          )}
          <span className={styles.line} style={{ height: bar }}>
            <Bar
              value={value}
              bounds={bounds}
              mode={props.mode}
              unfilled={props.unfilled}
              length={Math.max(4, length)}
              thickness={Math.max(4, bar)}
              upright={false}
              theme={theme}
            />
            {valueWidth > 0 && (
              <span
                className={styles.value}
                style={{ width: valueWidth, fontSize: valueSize, color: valueColour(props, value) }}
              >
                {texts[i]}
              </span>
            )}
          </span>
        </Linked>
      ))}
    </div>
  );
}

/** Bars from the ground up, side by side. */
function Upright(props: BarsProps) {
  const { values, bounds, width, height, theme } = props;
  const count = values.length;
  const least = Math.max(props.least ?? 8, 24);
  const each = Math.max(least, (width - GAP * (count - 1)) / count);
  const hasNames = named(values) && props.names !== 'hidden' && height >= 80;
  const texts = values.map((one) => shownText(one.display));
  const widest = Math.max(...texts.map((one) => textWidth(one, theme.font, 600)));
  const valueSize =
    props.valueSize ?? Math.max(10, Math.min(26, Math.min((each * 0.86) / widest, height * 0.12)));
  const valueHeight = props.valueMode === 'hidden' ? 0 : valueSize * 1.35;
  const nameSize = props.titleSize ?? 12;
  const nameHeight = hasNames ? nameSize * 1.5 : 0;
  const length = Math.max(8, height - valueHeight - nameHeight);
  return (
    <div
      className={styles.upright}
      style={{
        gap: GAP,
        overflowX: each * count + GAP * (count - 1) > width + 1 ? 'auto' : 'hidden',
      }}
    >
      {values.map((value, i) => (
        <Linked
          key={`${i} ${value.title}`}
          links={value.noData ? [] : value.links()}
          className={styles.column}
          title={`${value.title} ${texts[i] ?? ''}`.trim()}
          style={{ width: each }}
        >
          {valueHeight > 0 && (
            <span
              className={styles.value}
              data-upright=""
              style={{ height: valueHeight, fontSize: valueSize, color: valueColour(props, value) }}
            >
              {texts[i]}
            </span>
          )}
          <Bar
            value={value}
            bounds={bounds}
            mode={props.mode}
            unfilled={props.unfilled}
            length={length}
            thickness={each}
            upright
            theme={theme}
          />
          {hasNames && (
            <span
              className={styles.name}
              data-upright=""
              style={{ fontSize: nameSize, height: nameHeight }}
            >
              {value.title}
            </span>
          )}
        </Linked>
      ))}
    </div>
  );
}
