import { useMemo, useState } from 'react';
import { noteHooks, notesOf } from '../plot/annotations';
import { NoteMarks } from '../plot/NoteMarks';
import { Plot } from '../plot/Plot';
import type { PlotHover } from '../plot/spec';
import { momentText } from '../plot/timeAxis';
import type { TimePlot } from '../plot/timePlot';
import { noDataText } from '../shared/fields';
import { choiceAt, flagAt } from '../shared/options';
import { useVizTheme } from '../shared/theme';
import { VizNotice } from '../shared/VizNotice';
import { VizTooltip, type TooltipContent } from '../tooltip/VizTooltip';
import type { VizProps } from '../types';
import { heatModel, type HeatModel } from './buckets';
import { heatColours, type HeatColours } from './schemes';
import { countText, edgesOf, heatSpec, rowText } from './spec';
import styles from './heatmap.module.css';

interface Pointed {
  readonly content: TooltipContent;
  readonly x: number;
  readonly y: number;
  readonly pinned: boolean;
}

export function Heatmap(props: VizProps) {
  const { frames, options, range, timezone, width, height, panel } = props;
  const theme = useVizTheme();
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const { from, to } = range;
  const model = useMemo(
    () => heatModel(frames, options, { from, to }),
    [frames, options, from, to],
  );
  const colours = useMemo(
    () => (model === null ? null : heatColours(options, extentOf(model), theme.scheme)),
    [model, options, theme],
  );
  const notes = useMemo(() => notesOf(props.annotations, panel.id), [props.annotations, panel.id]);
  const syncKey = props.graphTooltip === 0 ? null : props.syncKey;
  const legend = flagAt(options, 'legend.show', true) && height >= 140 && width >= 200;
  const spec = useMemo(
    () =>
      model === null || colours === null
        ? null
        : heatSpec(model, {
            theme,
            range: { from, to },
            zone: timezone,
            width,
            height,
            syncKey,
            hooks: noteHooks(notes),
            options,
            colours,
          }),
    [model, colours, theme, from, to, timezone, width, height, syncKey, notes, options],
  );
  if (model === null || colours === null || spec === null) {
    return <VizNotice>{noDataText(panel.fieldConfig.defaults.noValue)}</VizNotice>;
  }
  const mode = choiceAt(options, 'tooltip.mode', ['single', 'multi', 'none'], 'single');
  const point = (hover: PlotHover | null, plot: TimePlot, pinned: boolean) => {
    const wanted = hover !== null && mode !== 'none' && (hover.own || props.graphTooltip === 2);
    const content = wanted ? beneath(props, model, colours, hover, plot, mode === 'multi') : null;
    setPointed(
      hover === null || content === null
        ? null
        : { content, x: hover.clientX, y: hover.clientY, pinned },
    );
  };
  return (
    <div className={styles.heatmap}>
      <Plot
        spec={spec}
        label={`Heatmap: ${panel.title}`}
        focus={null}
        onZoom={props.onZoom}
        onZoomOut={props.onZoomOut}
        onAnnotate={props.onAnnotate}
        onHover={(hover, plot) => {
          if (pointed?.pinned !== true) point(hover, plot, false);
        }}
        onPress={(hover, plot) => point(hover, plot, true)}
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
      {legend && (
        <div className={styles.scale} aria-label="Scale of colours" role="img">
          <span>{countText(colours.min, options)}</span>
          <span
            className={styles.ramp}
            style={{ background: `linear-gradient(90deg, ${colours.ramp.join(', ')})` }}
          />
          <span>{countText(colours.max, options)}</span>
        </div>
      )}
      {pointed !== null && <VizTooltip {...pointed} onClose={() => setPointed(null)} />}
    </div>
  );
}

function extentOf(model: HeatModel): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (const column of model.counts) {
    for (const count of column) {
      if (count === null) continue;
      min = Math.min(min, count);
      max = Math.max(max, count);
    }
  }
  return Number.isFinite(min) ? { min, max } : { min: 0, max: 1 };
}

function beneath(
  props: VizProps,
  model: HeatModel,
  colours: HeatColours,
  hover: PlotHover,
  plot: TimePlot,
  multi: boolean,
): TooltipContent | null {
  const { options, timezone } = props;
  const x = model.starts.findIndex((one) => hover.timeMs >= one && hover.timeMs < one + model.step);
  const column = model.counts[x];
  if (column === undefined) return null;
  const own = model.rows.findIndex((_, row) => {
    const [from, to] = edgesOf(model, row).map((one) => plot.position(one, 'y'));
    return hover.top >= Math.min(from ?? 0, to ?? 0) && hover.top < Math.max(from ?? 0, to ?? 0);
  });
  const start = model.starts[x] ?? 0;
  const rows = model.rows.flatMap((row, i) => {
    const count = column[i] ?? null;
    if (count === null || (multi ? count === 0 && i !== own : i !== own)) return [];
    return [
      {
        key: String(i),
        name: rowText(row, options, model),
        colour: colours.of(count),
        value: countText(count, options),
        strong: i === own,
      },
    ];
  });
  if (rows.length === 0) return null;
  const title = `${momentText(start, timezone)} to ${momentText(start + model.step, timezone)}`;
  // From the top down, as they stand.
  const ordered = [...rows].reverse();
  return { title, rows: ordered.slice(0, 24), more: Math.max(0, ordered.length - 24) };
}
