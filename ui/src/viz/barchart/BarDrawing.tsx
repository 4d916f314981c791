import { useState, type MouseEvent } from 'react';
import { noDigits, shownText } from '../shared/fields';
import { fade } from '../shared/colour';
import { linksAt, type ShownLink } from '../shared/links';
import { textWidth } from '../shared/measure';
import { choiceAt, numberAt } from '../shared/options';
import type { VizTheme } from '../shared/theme';
import { alignDecimals } from '../timeseries/range';
import { axisStyle } from '../timeseries/style';
import { clipText } from '../shared/clip';
import { VizTooltip, type TooltipContent } from '../tooltip/VizTooltip';
import type { VizProps } from '../types';
import { BarValue, valueFits } from './BarValue';
import type { Bar, BarModel } from './model';
import { niceTicks } from './scale';
import styles from './barchart.module.css';

export interface BarDrawingProps extends VizProps {
  model: BarModel;
  theme: VizTheme;
}

const FONT = 12;

export function BarDrawing(props: BarDrawingProps) {
  const { model, options, width, height, theme } = props;
  const [over, setOver] = useState<{
    category: number;
    x: number;
    y: number;
    pinned: boolean;
  } | null>(null);
  const wanted = choiceAt(options, 'orientation', ['auto', 'horizontal', 'vertical'], 'auto');
  const lying = wanted === 'horizontal';
  const stacked = choiceAt(options, 'stacking', ['none', 'normal', 'percent'], 'none') !== 'none';
  const layout = layoutOf(props, lying);
  const { area, ticks, texts, band, labels, turned } = layout;
  const mode = choiceAt(options, 'tooltip.mode', ['single', 'multi', 'none'], 'single');
  const share = (value: number) => (value - ticks.min) / (ticks.max - ticks.min || 1);
  const rectOf = (bar: Bar) => {
    const [a, b] = [share(bar.from), share(bar.to)].map((one) => Math.max(0, Math.min(1, one)));
    const [low, high] = [Math.min(a ?? 0, b ?? 0), Math.max(a ?? 0, b ?? 0)];
    const at = (bar.category + bar.start) * band;
    const size = Math.max(1, bar.size * band);
    return lying
      ? {
          x: area.left + low * area.width,
          y: area.top + at,
          width: Math.max(1, (high - low) * area.width),
          height: size,
        }
      : {
          x: area.left + at,
          y: area.top + (1 - high) * area.height,
          width: size,
          height: Math.max(1, (high - low) * area.height),
        };
  };
  const custom = model.series[0]?.field.config.custom ?? {};
  const fill = Math.max(0, Math.min(100, numberAt(custom, 'fillOpacity') ?? 80)) / 100;
  const line = Math.max(0, numberAt(custom, 'lineWidth') ?? 1);
  const radius = Math.max(0, Math.min(0.5, numberAt(options, 'barRadius') ?? 0));
  const values = choiceAt(options, 'showValue', ['auto', 'always', 'never'], 'auto');
  // All of them or none: a value at every third bar only raises questions.
  const fits = (bar: Bar) => stacked || valueFits(bar.text, rectOf(bar), lying, theme);
  const showsValues = values === 'always' || (values === 'auto' && model.bars.every(fits));
  const content = over === null ? null : contentOf(props, over.category, mode);
  const every = labelEvery(layout, lying, numberAt(options, 'xTickLabelSpacing') ?? 0);
  return (
    <>
      <svg
        width={width}
        height={height}
        className={styles.drawing}
        role="img"
        aria-label={`Bar chart of ${model.categories.length} categories`}
        onPointerLeave={() => setOver((now) => (now?.pinned === true ? now : null))}
      >
        {ticks.values.map((tick, i) => {
          const at = share(tick);
          const x = area.left + at * area.width;
          const y = area.top + (1 - at) * area.height;
          return (
            <g key={tick}>
              <line
                className={tick === 0 ? styles.zero : styles.grid}
                {...(lying
                  ? { x1: x, x2: x, y1: area.top, y2: area.top + area.height }
                  : { x1: area.left, x2: area.left + area.width, y1: y, y2: y })}
              />
              {layout.axis && (
                <text
                  className={styles.tick}
                  {...(lying
                    ? { x, y: area.top + area.height + 16, textAnchor: 'middle' }
                    : { x: area.left - 8, y: y + 4, textAnchor: 'end' })}
                >
                  {texts[i]}
                </text>
              )}
            </g>
          );
        })}
        {over !== null && (
          <rect
            className={styles.band}
            {...(lying
              ? {
                  x: area.left,
                  y: area.top + over.category * band,
                  width: area.width,
                  height: band,
                }
              : {
                  x: area.left + over.category * band,
                  y: area.top,
                  width: band,
                  height: area.height,
                })}
          />
        )}
        {model.bars.map((bar) => {
          const rect = rectOf(bar);
          const inside = line * 2 < Math.min(rect.width, rect.height) ? line : 0;
          return (
            <g key={`${bar.series} ${bar.category}`}>
              <rect
                x={rect.x + inside / 2}
                y={rect.y + inside / 2}
                width={rect.width - inside}
                height={rect.height - inside}
                rx={radius * Math.min(rect.width, rect.height)}
                fill={fade(bar.colour, fill)}
                stroke={bar.colour}
                strokeWidth={inside}
              />
              {showsValues && (
                <BarValue
                  bar={bar}
                  rect={rect}
                  lying={lying}
                  stacked={stacked}
                  fill={fill}
                  area={area}
                  theme={theme}
                />
              )}
            </g>
          );
        })}
        {layout.names &&
          labels.map((label, i) => {
            if (i % every !== 0) return null;
            const at = (i + 0.5) * band;
            if (lying) {
              return (
                <text
                  key={i}
                  className={styles.tick}
                  x={area.left - 8}
                  y={area.top + at + 4}
                  textAnchor="end"
                >
                  {label}
                </text>
              );
            }
            const [x, y] = [area.left + at, area.top + area.height + (turned === 0 ? 16 : 10)];
            return (
              <text
                key={i}
                className={styles.tick}
                x={x}
                y={y}
                textAnchor={turned === 0 ? 'middle' : turned < 0 ? 'end' : 'start'}
                transform={turned === 0 ? undefined : `rotate(${turned} ${x} ${y})`}
              >
                {label}
              </text>
            );
          })}
        <rect
          x={area.left}
          y={area.top}
          width={Math.max(0, area.width)}
          height={Math.max(0, area.height)}
          fill="transparent"
          onPointerMove={(event) => {
            if (mode === 'none' || over?.pinned === true) return;
            setOver({ ...pick(event, band, lying, model.categories.length), pinned: false });
          }}
          onClick={(event) => {
            if (mode === 'none') return;
            setOver({ ...pick(event, band, lying, model.categories.length), pinned: true });
          }}
        />
      </svg>
      {over !== null && content !== null && (
        <VizTooltip
          x={over.x}
          y={over.y}
          pinned={over.pinned}
          onClose={() => setOver(null)}
          content={content}
        />
      )}
    </>
  );
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function pick(event: MouseEvent<SVGElement>, band: number, lying: boolean, count: number) {
  const rect = event.currentTarget.getBoundingClientRect();
  const at = lying ? event.clientY - rect.top : event.clientX - rect.left;
  const category = Math.max(0, Math.min(count - 1, Math.floor(at / Math.max(1e-6, band))));
  return { category, x: event.clientX, y: event.clientY };
}

function contentOf(props: BarDrawingProps, category: number, mode: string): TooltipContent {
  const { model } = props;
  const rows = model.bars
    .filter((one) => one.category === category)
    .map((one) => ({
      key: String(one.series),
      name: model.series[one.series]?.name ?? '',
      colour: one.colour,
      value: one.text,
    }));
  const links: ShownLink[] = model.series.flatMap(({ field }) => [
    ...linksAt(model.frame, field, category, props),
  ]);
  const room = mode === 'single' ? 12 : 24;
  return {
    title: model.categories[category] ?? '',
    rows: rows.slice(0, room),
    more: Math.max(0, rows.length - room),
    links,
  };
}

function layoutOf({ model, options, width, height, theme }: BarDrawingProps, lying: boolean) {
  const first = model.series[0]?.field;
  const percent =
    choiceAt(options, 'stacking', ['none', 'normal', 'percent'], 'none') === 'percent';
  const style = first === undefined ? null : axisStyle(first);
  const axis = style?.placement !== 'hidden' && width >= 200 && height >= 100;
  const names = width >= 140 && height >= 110;
  const ticks = niceTicks(
    Math.min(model.low, style?.softMin ?? 0),
    Math.max(model.high, style?.softMax ?? 0),
    Math.max(2, Math.round(lying ? width / 90 : height / 50)),
    percent
      ? { min: model.low < 0 ? -1 : 0, max: 1 }
      : { min: first?.config.min, max: first?.config.max },
  );
  const texts = percent
    ? ticks.values.map((one) => `${noDigits(one * 100)}%`)
    : alignDecimals(
        ticks.values.map((one) => (first === undefined ? '' : shownText(first.display(one)))),
      );
  const widest = (list: readonly string[]) =>
    Math.max(0, ...list.map((one) => textWidth(one, theme.font))) * FONT;
  const most = numberAt(options, 'xTickLabelMaxLength');
  const short = model.categories.map((one) =>
    most !== undefined && most > 0 && one.length > most ? `${one.slice(0, most)}…` : one,
  );
  const nameWide = widest(short);
  const nameRoom = lying ? Math.min(nameWide, width * 0.35) : 0;
  const turned = lying
    ? 0
    : turnOf(options, nameWide, width / Math.max(1, model.categories.length));
  const below = lying
    ? axis
      ? 24
      : 4
    : names
      ? turned === 0
        ? 24
        : Math.min(height * 0.35, 16 + nameWide * Math.abs(Math.sin((turned * Math.PI) / 180)))
      : 4;
  const left = lying ? (names ? nameRoom + 12 : 4) : axis ? widest(texts) + 14 : 4;
  const area: Area = {
    left,
    top: 10,
    width: Math.max(4, width - left - (lying ? 16 : 8)),
    height: Math.max(4, height - below - 10),
  };
  const band = (lying ? area.height : area.width) / Math.max(1, model.categories.length);
  const room = lying
    ? nameRoom
    : turned === 0
      ? Math.max(band - 6, 30)
      : (below - 8) / Math.max(0.2, Math.abs(Math.sin((turned * Math.PI) / 180)));
  const labels = short.map((one) => clipText(one, room, theme.font));
  return {
    area,
    ticks,
    texts,
    band,
    labels,
    turned,
    axis,
    names,
    nameWide: Math.min(nameWide, room),
  };
}

/** Words that do not fit beside one another are turned, unless the person said how. */
function turnOf(options: VizProps['options'], wide: number, band: number): number {
  const given = numberAt(options, 'xTickLabelRotation') ?? 0;
  if (given !== 0) return Math.max(-90, Math.min(90, given));
  return wide > band * 1.6 && band > 14 && band < 110 ? -40 : 0;
}

function labelEvery(
  layout: { readonly band: number; readonly nameWide: number; readonly turned: number },
  lying: boolean,
  spacing: number,
): number {
  const need = lying || layout.turned !== 0 ? 15 : layout.nameWide + 4;
  return Math.max(1, Math.ceil(Math.max(need, Math.abs(spacing)) / Math.max(0.5, layout.band)));
}
