import { useMemo, useState } from 'react';
import { WithLegend } from '../legend/WithLegend';
import type { LegendItem } from '../legend/rows';
import { noteHooks, notesOf } from '../plot/annotations';
import { NoteMarks } from '../plot/NoteMarks';
import { Plot } from '../plot/Plot';
import type { PlotHover, PlotSpec } from '../plot/spec';
import { momentText, stretchText } from '../plot/timeAxis';
import type { TimePlot } from '../plot/timePlot';
import { Pager } from '../table/Pager';
import { clipText } from '../shared/clip';
import { noDataText } from '../shared/fields';
import { linksAt, type ShownLink } from '../shared/links';
import { choiceAt, flagAt, numberAt, withDefaults } from '../shared/options';
import { useVizTheme, type VizTheme } from '../shared/theme';
import { textWidth } from '../shared/measure';
import { VizNotice } from '../shared/VizNotice';
import { VizTooltip, type TooltipContent } from '../tooltip/VizTooltip';
import type { VizProps } from '../types';
import { drawStates, type StateStyle } from './draw';
import { segmentAt, stateRows, statesOf, type StateRow } from './model';
import styles from './states.module.css';

export interface StatesProps extends VizProps {
  /** A box a sample, instead of states that last. */
  history: boolean;
}

interface Pointed {
  readonly content: TooltipContent;
  readonly x: number;
  readonly y: number;
  readonly pinned: boolean;
}

export function States(props: StatesProps) {
  const { frames, options, range, timezone, width, height, history, panel, hidden } = props;
  const theme = useVizTheme();
  const [page, setPage] = useState(0);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const merge = !history && flagAt(options, 'mergeValues', true);
  const { from, to } = range;
  const { rows: all, noTime } = useMemo(
    () => stateRows(frames, { merge, lasting: !history, end: to, theme: theme.scheme }),
    [frames, merge, history, to, theme],
  );
  const states = useMemo(() => statesOf(all), [all]);
  const perPage = Math.max(1, numberAt(options, 'perPage') ?? 20);
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  const at = Math.min(page, pages - 1);
  const rows = useMemo(
    () =>
      all.slice(at * perPage, (at + 1) * perPage).map((row) => ({
        ...row,
        segments: row.segments.filter((one) => !hidden.has(one.kind)),
      })),
    [all, at, perPage, hidden],
  );
  const notes = useMemo(() => notesOf(props.annotations, panel.id), [props.annotations, panel.id]);
  const style = styleOf(props, all);
  const styleKey = JSON.stringify(style);
  const syncKey = props.graphTooltip === 0 ? null : props.syncKey;
  const spec = useMemo(
    () =>
      statesSpec({
        rows,
        style,
        theme,
        from,
        to,
        timezone,
        width,
        height,
        syncKey,
        notes: noteHooks(notes),
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `style` is made anew each time
    [rows, styleKey, theme, from, to, timezone, width, height, syncKey, notes],
  );
  if (all.length === 0) {
    return (
      <VizNotice>
        {noTime ? 'These values have no time.' : noDataText(panel.fieldConfig.defaults.noValue)}
      </VizNotice>
    );
  }

  const mode = choiceAt(options, 'tooltip.mode', ['single', 'multi', 'none'], 'single');
  const look = (
    hover: PlotHover,
    plot: TimePlot,
  ): { content: TooltipContent; row: StateRow } | null => {
    let index = 0;
    rows.forEach((_, i) => {
      const away = (k: number) => Math.abs(plot.position(k, 'rows') - hover.top);
      if (away(i) < away(index)) index = i;
    });
    const row = rows[index];
    if (row === undefined) return null;
    const shown = mode === 'multi' ? rows.slice(0, 24) : [row];
    const found = shown.flatMap((one) => {
      const segment = segmentAt(one.segments, hover.timeMs);
      if (segment === null) return [];
      const strong = one === row && mode === 'multi';
      return [
        { key: one.name, name: one.name, colour: segment.colour, value: segment.text, strong },
      ];
    });
    const own = segmentAt(row.segments, hover.timeMs);
    if (found.length === 0) return null;
    const title =
      own === null || history
        ? momentText(Math.round(own === null ? hover.timeMs : (own.from + own.to) / 2), timezone)
        : `${momentText(own.from, timezone)} to ${momentText(own.to, timezone)}, ${stretchText(own.to - own.from)}`;
    return { content: { title, rows: found, more: 0 }, row };
  };
  const onHover = (hover: PlotHover | null, plot: TimePlot) => {
    if (pointed?.pinned === true) return;
    const wanted = hover !== null && mode !== 'none' && (hover.own || props.graphTooltip === 2);
    const what = wanted ? look(hover, plot) : null;
    setPointed(
      hover === null || what === null
        ? null
        : { content: what.content, x: hover.clientX, y: hover.clientY, pinned: false },
    );
  };
  const onPress = (hover: PlotHover, plot: TimePlot) => {
    const what = mode === 'none' ? null : look(hover, plot);
    if (what === null) return;
    const links: readonly ShownLink[] = linksAt(what.row.frame, what.row.field, null, props);
    const content = { ...what.content, links };
    setPointed({ content, x: hover.clientX, y: hover.clientY, pinned: true });
  };
  const items: LegendItem[] = states.map(({ text, colour }) => ({
    name: text,
    colour,
    values: [],
    shape: 'square',
  }));
  return (
    <div className={styles.states}>
      <div className={styles.main}>
        <WithLegend
          options={withDefaults({ legend: { showLegend: true } }, options)}
          items={items}
          width={width}
          height={height - (pages > 1 ? 34 : 0)}
          hidden={hidden}
          onHidden={props.onHidden}
        >
          <Plot
            spec={spec}
            label={`States of ${all.length} series: ${panel.title}`}
            focus={null}
            onZoom={props.onZoom}
            onZoomOut={props.onZoomOut}
            onAnnotate={props.onAnnotate}
            onHover={onHover}
            onPress={onPress}
          >
            {(area) => (
              <NoteMarks
                notes={notes}
                area={area}
                range={range}
                zone={timezone}
                onNote={props.onNote}
              />
            )}
          </Plot>
        </WithLegend>
      </div>
      {pages > 1 && (
        <Pager page={at} pages={pages} rows={all.length} perPage={perPage} onPage={setPage} />
      )}
      {pointed !== null && <VizTooltip {...pointed} onClose={() => setPointed(null)} />}
    </div>
  );
}

function styleOf({ options, history }: StatesProps, rows: readonly StateRow[]): StateStyle {
  const custom = rows[0]?.field.config.custom ?? {};
  return {
    rowHeight: Math.max(0.1, Math.min(1, numberAt(options, 'rowHeight') ?? 0.9)),
    colWidth: history ? Math.max(0.1, Math.min(1, numberAt(options, 'colWidth') ?? 0.9)) : 1,
    fill: Math.max(0, Math.min(100, numberAt(custom, 'fillOpacity') ?? 70)) / 100,
    lineWidth: numberAt(custom, 'lineWidth') ?? (history ? 1 : 0),
    showValue: choiceAt(options, 'showValue', ['auto', 'always', 'never'], 'auto'),
    align: choiceAt(
      options,
      'alignValue',
      ['left', 'center', 'right'],
      history ? 'center' : 'left',
    ),
  };
}

interface SpecInput {
  rows: readonly StateRow[];
  style: StateStyle;
  theme: VizTheme;
  from: number;
  to: number;
  timezone: string;
  width: number;
  height: number;
  syncKey: string | null;
  notes: ReturnType<typeof noteHooks>;
}

function statesSpec(input: SpecInput): PlotSpec {
  const { rows, style, theme, from, to, width, height } = input;
  const stops = [...new Set(rows.flatMap((row) => row.segments.map((one) => one.from)))].sort(
    (a, b) => a - b,
  );
  const longest = Math.max(0, ...rows.map((row) => textWidth(row.name, theme.font) * 12));
  const nameRoom = Math.min(Math.ceil(longest) + 14, Math.round(width * 0.32));
  const names = rows.map((row) => clipText(row.name, nameRoom - 14, theme.font));
  return {
    key: JSON.stringify([
      theme.scheme,
      input.timezone,
      width >= 220,
      height >= 110 && width >= 160,
      input.syncKey,
      nameRoom,
    ]),
    theme,
    zone: input.timezone,
    from,
    to,
    data: [
      stops.length > 0 ? stops : [from, to],
      stops.length > 0 ? stops.map(() => null) : [null, null],
    ],
    series: [{ scale: 'rows', show: true, points: { show: false } }],
    shown: [true],
    scales: [
      {
        key: 'rows',
        distribution: 'linear',
        base: 10,
        linearBelow: 1,
        reverse: true,
        range: () => [-0.5, Math.max(1, rows.length) - 0.5],
        splits: () => rows.map((_, i) => i),
        ticks: (values) => values.map((i) => names[i] ?? ''),
        axis:
          width < 220
            ? null
            : {
                side: 'left',
                label: '',
                width: nameRoom,
                colour: theme.text,
                grid: false,
                border: false,
                space: 1,
              },
      },
    ],
    bands: [],
    below: [(plot) => drawStates(plot, rows, style, theme), ...input.notes.below],
    above: input.notes.above,
    xAxis: height >= 110 && width >= 160,
    xGrid: false,
    hoverPoints: false,
    stops,
    syncKey: input.syncKey,
  };
}
