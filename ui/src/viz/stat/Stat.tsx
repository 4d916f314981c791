import type { CSSProperties } from 'react';
import type { ShownValue } from '../../dash/data/reduceOptions';
import { inkOn, legible, mix } from '../shared/colour';
import { shownText, toNumber } from '../shared/fields';
import { Linked } from '../shared/Linked';
import { textWidth } from '../shared/measure';
import { choiceAt, flagAt, numberAt } from '../shared/options';
import { Sparkline } from '../shared/Sparkline';
import { useVizTheme, type VizTheme } from '../shared/theme';
import { tileGrid } from '../shared/tiles';
import { useValues } from '../shared/useValues';
import { VizNotice } from '../shared/VizNotice';
import type { VizProps } from '../types';
import { statLayout, UNIT_SIZE, type StatLayout, type StatTexts } from './layout';
import styles from './stat.module.css';

type ColourMode = 'value' | 'background' | 'background_solid' | 'none';
const COLOUR_MODES: readonly ColourMode[] = ['value', 'background', 'background_solid', 'none'];
const GAP = 8;

export function Stat(props: VizProps) {
  const { options, width, height } = props;
  const theme = useVizTheme();
  const graph = choiceAt(options, 'graphMode', ['none', 'line', 'area'], 'area');
  const change = flagAt(options, 'showPercentChange');
  const values = useValues(props, theme.scheme, {
    sparkline: graph !== 'none',
    percentChange: change,
  });
  const mode = choiceAt(
    options,
    'textMode',
    ['auto', 'value', 'value_and_name', 'name', 'none'],
    'auto',
  );
  const orientation = choiceAt(options, 'orientation', ['auto', 'horizontal', 'vertical'], 'auto');
  const grid = tileGrid(values.length, width, height, {
    flow: orientation === 'auto' ? 'auto' : orientation === 'horizontal' ? 'rows' : 'columns',
    aspect: 2.2,
    minWidth: 70,
    minHeight: 34,
    gap: GAP,
  });
  const texts = values.map((one) => ({
    name: nameOf(one, mode, values.length),
    value: mode === 'name' || mode === 'none' ? '' : shownText(one.display),
    valueWidth:
      textWidth(one.display.text, theme.font, 600) +
      textWidth(one.display.prefix + one.display.suffix, theme.font, 600) * UNIT_SIZE,
  }));
  const drawn = values.some((one) => isCourse(one));
  const layout = statLayout(texts, grid.width, grid.height, {
    wide: flagAt(options, 'wideLayout', true),
    graph: drawn,
    change,
    titleSize: numberAt(options, 'text.titleSize'),
    valueSize: numberAt(options, 'text.valueSize'),
    font: theme.font,
  });
  const first = values[0];
  if (first?.noData === true) return <VizNotice>{first.display.text}</VizNotice>;
  const centred =
    choiceAt(options, 'justifyMode', ['auto', 'center'], 'auto') === 'center' ||
    (values.length === 1 && !layout.inline);
  return (
    <div
      className={styles.stat}
      style={{
        gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
        gridAutoRows: grid.height,
        overflowY: grid.scrolls ? 'auto' : 'hidden',
      }}
    >
      {values.map((one, i) => (
        <Tile
          key={`${i} ${one.title}`}
          value={one}
          texts={texts[i] ?? { name: '', value: '', valueWidth: 0 }}
          layout={layout}
          width={grid.width}
          centred={centred}
          colourMode={choiceAt(options, 'colorMode', COLOUR_MODES, 'value')}
          changeMode={choiceAt(
            options,
            'percentChangeColorMode',
            ['standard', 'inverted', 'same_as_value'],
            'standard',
          )}
          filled={graph === 'area'}
          theme={theme}
        />
      ))}
    </div>
  );
}

/** One point is no course. */
function isCourse({ sparkline }: ShownValue): boolean {
  return (sparkline?.values.length ?? 0) > 1;
}

function nameOf(one: ShownValue, mode: string, count: number): string {
  if (mode === 'value' || mode === 'none') return '';
  if (mode === 'auto') return count > 1 ? one.title : '';
  return one.title;
}

interface TileProps {
  value: ShownValue;
  texts: StatTexts;
  layout: StatLayout;
  width: number;
  centred: boolean;
  colourMode: ColourMode;
  changeMode: 'standard' | 'inverted' | 'same_as_value';
  filled: boolean;
  theme: VizTheme;
}

function Tile(props: TileProps) {
  const { value, texts, layout, width, centred, colourMode, filled, theme } = props;
  const { display, sparkline, percentChange, noData } = value;
  const ground = groundOf(colourMode, noData ? 'transparent' : display.color, theme);
  const colour =
    ground !== null
      ? ground.ink
      : colourMode === 'none' || noData
        ? theme.text
        : legible(display.color, theme.surface, layout.valueSize * UNIT_SIZE < 24 ? 4.5 : 3);
  const lineColour = ground === null ? (noData ? theme.textFaint : display.color) : ground.ink;
  const unitSize = Math.max(10, Math.round(layout.valueSize * UNIT_SIZE));
  const style: CSSProperties = {
    padding: `${Math.min(layout.pad, 8)}px ${layout.pad}px`,
    ...(ground === null ? {} : { background: ground.css, color: ground.ink }),
  };
  return (
    <Linked
      links={noData ? [] : value.links()}
      className={styles.tile}
      style={style}
      title={`${texts.name === '' ? value.title : texts.name} ${shownText(display)}`.trim()}
    >
      {sparkline !== undefined && isCourse(value) && layout.graphHeight > 0 && (
        <div className={styles.graph}>
          <Sparkline
            values={sparkline.values.map((one) => toNumber(one))}
            times={sparkline.times}
            width={Math.round(width)}
            height={layout.graphHeight}
            colour={lineColour}
            fill={filled ? (ground === null ? 0.16 : 0.22) : 0}
            min={value.field?.config.min}
            max={value.field?.config.max}
          />
        </div>
      )}
      <div
        className={styles.words}
        data-inline={layout.inline || undefined}
        data-centred={centred || undefined}
        style={{ paddingBottom: layout.graphHeight * 0.8 }}
      >
        {texts.name !== '' && (
          <span
            className={styles.name}
            data-on-colour={ground === null ? undefined : ''}
            style={{ fontSize: layout.nameSize }}
          >
            {texts.name}
          </span>
        )}
        {texts.value !== '' && (
          <span className={styles.figure}>
            <span className={styles.value} style={{ fontSize: layout.valueSize, color: colour }}>
              {display.prefix !== '' && (
                <span style={{ fontSize: unitSize }}>{display.prefix}</span>
              )}
              {display.text}
              {display.suffix !== '' && (
                <span style={{ fontSize: unitSize }}>{display.suffix}</span>
              )}
            </span>
            {percentChange !== undefined && percentChange !== null && (
              <Change
                percent={percentChange}
                mode={ground === null ? props.changeMode : 'same_as_value'}
                size={Math.max(11, Math.round(layout.valueSize * 0.32))}
                own={colour}
              />
            )}
          </span>
        )}
      </div>
    </Linked>
  );
}

interface ChangeProps {
  percent: number;
  mode: 'standard' | 'inverted' | 'same_as_value';
  size: number;
  own: string;
}

function Change({ percent, mode, size, own }: ChangeProps) {
  const up = percent > 0;
  const good = mode === 'inverted' ? !up : up;
  const colour =
    mode === 'same_as_value' || percent === 0 ? own : good ? 'var(--ok)' : 'var(--bad)';
  const text = Number(Math.abs(percent).toPrecision(3)).toLocaleString('en');
  return (
    <span className={styles.change} style={{ fontSize: size, color: colour }}>
      {`${percent === 0 ? '' : up ? '▲ ' : '▼ '}${text}%`}
    </span>
  );
}

function groundOf(
  mode: ColourMode,
  colour: string,
  theme: VizTheme,
): { css: string; ink: string } | null {
  if (mode !== 'background' && mode !== 'background_solid') return null;
  if (colour === 'transparent' || /,\s*0\)$/.test(colour)) return null;
  const ink = inkOn(colour);
  if (mode === 'background_solid') return { css: colour, ink };
  // Away from the ink, so that the words are read on both ends.
  const end = ink === '#ffffff' ? '#000000' : '#ffffff';
  const share = theme.scheme === 'dark' || ink === '#ffffff' ? 0.16 : 0.22;
  return { css: `linear-gradient(120deg, ${mix(colour, end, share)}, ${colour})`, ink };
}
