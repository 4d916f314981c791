import { useMemo, useState } from 'react';
import { Button } from '../../parts/Button';
import { noteHooks, notesOf } from '../plot/annotations';
import { NoteMarks } from '../plot/NoteMarks';
import { Plot } from '../plot/Plot';
import type { PlotHover } from '../plot/spec';
import type { TimePlot } from '../plot/timePlot';
import { WithLegend } from '../legend/WithLegend';
import { noDataText } from '../shared/fields';
import { linksAt, type ShownLink } from '../shared/links';
import { choiceAt, flagAt, numberAt, textsAt } from '../shared/options';
import { useVizTheme } from '../shared/theme';
import { VizNotice } from '../shared/VizNotice';
import { tooltipRows, type TooltipChoice } from '../tooltip/rows';
import { VizTooltip } from '../tooltip/VizTooltip';
import type { VizProps } from '../types';
import { beneath, type Beneath } from './hover';
import { legendItems } from './legendItems';
import { buildModel, type TimeModel } from './model';
import { timeSpec } from './spec';
import styles from './timeseries.module.css';

interface Pointed {
  readonly model: TimeModel;
  readonly what: Beneath;
  readonly x: number;
  readonly y: number;
  readonly links: readonly ShownLink[];
  readonly pinned: boolean;
}

const ROW_PX = 18;

export function TimeSeries(props: VizProps) {
  const { panel, frames, options, range, timezone, width, height, hidden } = props;
  const theme = useVizTheme();
  const [kept, setPointed] = useState<Pointed | null>(null);
  const [focus, setFocus] = useState<string | null>(null);

  const model = useMemo(() => buildModel(frames, hidden), [frames, hidden]);
  const notes = useMemo(() => notesOf(props.annotations, panel.id), [props.annotations, panel.id]);
  const syncKey = props.graphTooltip === 0 ? null : props.syncKey;
  const { from, to } = range;
  // A tooltip of data that is gone would lie; one that was pinned is there to stay.
  const pointed = kept?.pinned === true || kept?.model === model ? kept : null;
  const spec = useMemo(
    () =>
      timeSpec(model, {
        theme,
        range: { from, to },
        zone: timezone,
        width,
        height,
        syncKey,
        hooks: noteHooks(notes),
      }),
    [model, theme, from, to, timezone, width, height, syncKey, notes],
  );
  const calcs = textsAt(options, 'legend.calcs').join();
  const items = useMemo(
    () =>
      legendItems(model.series, calcs === '' ? [] : calcs.split(','), {
        theme: theme.scheme,
        timezone,
      }),
    [model, calcs, theme, timezone],
  );

  if (model.series.length === 0) {
    return model.noTime ? (
      <VizNotice detail="Show it as a table, or ask for a range instead of a moment.">
        These values have no time.
      </VizNotice>
    ) : (
      <VizNotice>{noDataText(panel.fieldConfig.defaults.noValue)}</VizNotice>
    );
  }

  const choice: TooltipChoice = {
    mode: choiceAt(options, 'tooltip.mode', ['single', 'multi', 'none'], 'single'),
    sort: choiceAt(options, 'tooltip.sort', ['none', 'asc', 'desc'], 'none'),
    hideZeros: flagAt(options, 'tooltip.hideZeros'),
  };
  const look = (hover: PlotHover, plot: TimePlot): Beneath | null =>
    beneath(model, hover, (value, scale) => plot.position(value, scale), to - from, timezone);
  const onHover = (hover: PlotHover | null, plot: TimePlot) => {
    if (pointed?.pinned === true) return;
    const wanted = hover !== null && (hover.own || props.graphTooltip === 2);
    const what = wanted && choice.mode !== 'none' ? look(hover, plot) : null;
    if (hover === null || what === null || what.candidates.length === 0) {
      setPointed(null);
      if (choice.mode === 'single') plot.setFocus(null);
      return;
    }
    if (choice.mode === 'single' && hover.own && model.series.length > 1) {
      plot.setFocus(what.nearest < 0 ? null : what.nearest);
    }
    setPointed({ model, what, x: hover.clientX, y: hover.clientY, links: [], pinned: false });
  };
  const onPress = (hover: PlotHover, plot: TimePlot) => {
    const what = choice.mode === 'none' ? null : look(hover, plot);
    if (what === null) return;
    const one = model.series[what.nearest];
    const row = one?.frame.fields
      .find((field) => field.type === 'time')
      ?.values.indexOf(what.timeMs);
    const links =
      one === undefined
        ? []
        : linksAt(one.frame, one.field, row === undefined || row < 0 ? null : row, props);
    setPointed({ model, what, x: hover.clientX, y: hover.clientY, links, pinned: true });
  };
  const room = Math.max(4, Math.floor((window.innerHeight * 0.6) / ROW_PX));
  const rows =
    pointed === null
      ? { rows: [], more: 0 }
      : tooltipRows(pointed.what.candidates, choice, pointed.pinned ? 1000 : Math.min(room, 24));
  const focused = focus === null ? -1 : model.series.findIndex((one) => one.name === focus);
  const close = () => setPointed(null);

  return (
    <WithLegend
      options={options}
      items={items}
      width={width}
      height={height}
      hidden={hidden}
      onHidden={props.onHidden}
      onFocus={setFocus}
    >
      <Plot
        spec={spec}
        label={`Graph of ${model.series.length} series: ${panel.title}`}
        focus={focused < 0 || model.series.length > 60 ? null : focused}
        onZoom={props.onZoom}
        onZoomOut={() => {
          close();
          props.onZoomOut();
        }}
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
      {pointed !== null && (
        <VizTooltip
          content={{ title: pointed.what.title, ...rows, links: pointed.links }}
          x={pointed.x}
          y={pointed.y}
          pinned={pointed.pinned}
          onClose={close}
          maxWidth={numberAt(options, 'tooltip.maxWidth')}
          maxHeight={numberAt(options, 'tooltip.maxHeight')}
        >
          {pointed.pinned && props.onAnnotate !== undefined && (
            <div className={styles.actions}>
              <Button
                size="xs"
                variant="default"
                onClick={() => {
                  close();
                  props.onAnnotate?.(pointed.what.timeMs, pointed.what.timeMs);
                }}
              >
                Add a note
              </Button>
            </div>
          )}
        </VizTooltip>
      )}
    </WithLegend>
  );
}
