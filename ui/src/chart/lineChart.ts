// The line chart: columns in, pixels out. It knows uPlot and nothing of React; whoever mounts it
// hands it data, sizes and four callbacks, and destroys it. One instance serves one set of series;
// for others a new one is made, which takes a few milliseconds.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { lonelyPoints, stack } from '../lib/columns';
import { formatTimeTicks } from '../lib/time';
import { formatTicks, type Unit } from '../lib/units';
import styles from './chart.module.css';
import { resolveColours } from './colours';
import { ChartTooltip, type TooltipMode } from './tooltip';

export interface ChartSeries {
  readonly label: string;
  /** Any CSS colour, custom properties included. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

export interface ChartData {
  readonly times: Float64Array;
  readonly startMs: number;
  readonly endMs: number;
  readonly series: readonly ChartSeries[];
  readonly unit: Unit;
  readonly stacked: boolean;
}

export interface ChartEvents {
  readonly onZoom: (startMs: number, endMs: number) => void;
  readonly onZoomOut: () => void;
}

/** More lines than this and neither markers nor dimming of the others keep up with the pointer. */
const MANY = 60;
const FONT_PX = 12;

export class LineChart {
  private readonly plot: uPlot;
  private readonly tooltip: ChartTooltip;
  private readonly resize: ResizeObserver;
  private visible: ReadonlySet<number>;
  private frame = 0;
  private mode: TooltipMode = 'all';

  constructor(
    private readonly host: HTMLElement,
    private data: ChartData,
    private readonly events: ChartEvents,
  ) {
    this.visible = new Set(data.series.keys());
    host.classList.add(styles['chart'] ?? '');
    this.plot = new uPlot(this.options(), this.columns(), host);
    this.tooltip = new ChartTooltip(this.plot.over);
    this.resize = new ResizeObserver(() => this.plot.setSize(this.size()));
    this.resize.observe(host);
    host.addEventListener('keydown', this.onKey);
  }

  /** Newer values of the same lines, without a blink. False if these are other lines. */
  update(data: ChartData): boolean {
    const { series, unit, stacked } = this.data;
    const same =
      unit === data.unit &&
      stacked === data.stacked &&
      series.length === data.series.length &&
      series.every((one, i) => {
        const next = data.series[i];
        return one.label === next?.label && one.colour === next.colour;
      });
    if (!same) return false;
    this.data = data;
    this.plot.setData(this.columns());
    if (this.host.matches(':hover')) this.onCursor(this.plot);
    return true;
  }

  setTooltipMode(mode: TooltipMode): void {
    this.mode = mode;
  }

  setVisible(visible: ReadonlySet<number>): void {
    this.visible = visible;
    this.plot.batch(() => {
      this.data.series.forEach((_, i) => {
        const show = visible.has(i);
        if (this.plot.series[i + 1]?.show !== show) this.plot.setSeries(i + 1, { show });
      });
      if (this.data.stacked) this.restack();
    });
  }

  /** Brings one line forward; null lets all be equal again. */
  setFocus(index: number | null): void {
    if (this.data.series.length > MANY) return;
    this.plot.setSeries(index === null ? null : index + 1, { focus: true });
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.resize.disconnect();
    this.host.removeEventListener('keydown', this.onKey);
    this.tooltip.destroy();
    this.plot.destroy();
  }

  private size(): { width: number; height: number } {
    return {
      width: Math.max(120, this.host.clientWidth),
      height: Math.max(80, this.host.clientHeight),
    };
  }

  private columns(): uPlot.AlignedData {
    const { times, series, stacked } = this.data;
    if (!stacked) return [times, ...series.map((one) => [...one.values])];
    const shown = [...series.keys()].filter((i) => this.visible.has(i));
    const sums = stack(shown.map((i) => series[i]?.values ?? []));
    const bySeries = new Map(shown.map((i, at) => [i, sums[at] ?? []]));
    const empty = new Array<null>(times.length).fill(null);
    return [times, ...series.map((_, i) => bySeries.get(i) ?? empty)];
  }

  private restack(): void {
    this.plot.setData(this.columns(), false);
    this.plot.delBand(null);
    for (const band of this.bands()) this.plot.addBand(band);
    this.plot.redraw();
  }

  /** Each visible line is filled down to the visible one below it. */
  private bands(): uPlot.Band[] {
    const shown = [...this.data.series.keys()].filter((i) => this.visible.has(i));
    return shown.slice(1).map((i, at) => ({ series: [i + 1, (shown[at] ?? 0) + 1] }));
  }

  private options(): uPlot.Options {
    const { series, unit, stacked } = this.data;
    const colours = resolveColours(this.host, { text: 'var(--text-dim)', line: 'var(--line)' });
    const font = `${FONT_PX}px ${getComputedStyle(this.host).fontFamily}`;
    const axis = { stroke: colours.text, font, ticks: { show: false }, gap: 8 };
    return {
      ...this.size(),
      ms: 1,
      padding: [10, 20, 0, 0],
      legend: { show: false },
      focus: { alpha: 0.25 },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 4 },
        points: { show: series.length <= MANY, size: 6 },
        bind: { dblclick: () => this.onDoubleClick },
        sync: {
          key: 'watchfire',
          setSeries: false,
          filters: {
            pub: (type) => type === 'mousemove' || type === 'mouseleave',
            sub: () => true,
          },
        },
      },
      scales: {
        x: { time: true, range: () => [this.data.startMs, this.data.endMs] },
        y: { range: (_, min, max) => valueRange(min, max, stacked) },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 40,
          lineGap: 1.25,
          space: 64,
          incrs: TIME_STEPS,
          values: (_, splits, __, ___, incr) => formatTimeTicks(splits, incr),
        },
        {
          ...axis,
          grid: { stroke: colours.line, width: 1 },
          space: 36,
          ...(unit.startsWith('bytes') ? { incrs: BINARY_STEPS } : {}),
          values: (_, splits) => formatTicks(splits, unit),
          size: (plot, values) => this.axisWidth(plot, values, font),
        },
      ],
      series: [{}, ...this.lines()],
      ...(stacked ? { bands: this.bands() } : {}),
      hooks: { setCursor: [this.onCursor], setSelect: [this.onSelect] },
    };
  }

  private lines(): uPlot.Series[] {
    const { series, stacked } = this.data;
    const strokes = resolveColours(
      this.host,
      Object.fromEntries(series.map((one, i) => [String(i), one.colour])),
    );
    const alone = series.length === 1;
    return series.map((one, i) => {
      const stroke = strokes[String(i)] ?? one.colour;
      return {
        label: one.label,
        stroke,
        width: series.length > MANY ? 1 : 1.5,
        spanGaps: false,
        points: {
          filter: (plot, index) => lonelyPoints(plot.data[index] ?? []),
          size: 4,
          fill: stroke,
        },
        ...(stacked || alone ? { fill: withAlpha(stroke, stacked ? 0.35 : 0.08) } : {}),
      };
    });
  }

  private axisWidth(plot: uPlot, values: string[] | null, font: string): number {
    plot.ctx.save();
    plot.ctx.font = font;
    const widths = (values ?? []).map((text) => plot.ctx.measureText(text).width);
    plot.ctx.restore();
    return Math.ceil(Math.max(28, ...widths) + 16);
  }

  private readonly onSelect = (plot: uPlot): void => {
    const { left, width } = plot.select;
    if (width < 4) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.events.onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
  };

  private readonly onDoubleClick = (): null => {
    this.events.onZoomOut();
    return null;
  };

  private readonly onCursor = (plot: uPlot): void => {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      const { idx, left = -1, top = -1 } = plot.cursor;
      // A pointer that is over another chart draws only its line here.
      if (idx == null || left < 0 || !this.host.matches(':hover, :focus')) {
        this.tooltip.hide();
        return;
      }
      const nearest = this.nearest(plot, idx, top);
      if (this.data.series.length <= MANY && this.host.matches(':hover')) {
        plot.setSeries(this.mode === 'nearest' && nearest !== null ? nearest + 1 : null, {
          focus: true,
        });
      }
      const content = {
        timeMs: this.data.times[idx] ?? 0,
        index: idx,
        nearest,
        visible: [...this.visible],
      };
      this.tooltip.show(content, this.data.series, this.data.unit, this.mode, { left, top });
    });
  };

  private nearest(plot: uPlot, index: number, top: number): number | null {
    let best: number | null = null;
    let distance = Infinity;
    for (const i of this.visible) {
      const value = plot.data[i + 1]?.[index];
      if (value == null) continue;
      const away = Math.abs(plot.valToPos(value, 'y') - top);
      if (away < distance) {
        best = i;
        distance = away;
      }
    }
    return best;
  }

  /** Arrow keys walk along the points, so that values can be read without a mouse. */
  private readonly onKey = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const last = this.data.times.length - 1;
    const from = this.plot.cursor.idx ?? (step > 0 ? -1 : last + 1);
    const index = Math.max(0, Math.min(last, from + step * (event.shiftKey ? 10 : 1)));
    const left = this.plot.valToPos(this.data.times[index] ?? 0, 'x');
    this.plot.setCursor({ left, top: this.plot.over.clientHeight / 3 });
  };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 3, 5, 10, 30, 60, 90, 180, 365].map((n) => n * DAY),
];
const BINARY_STEPS = Array.from({ length: 60 }, (_, i) => 2 ** i);

function withAlpha(colour: string, alpha: number): string {
  return colour.replace(/^rgb\((.+)\)$/, `rgba($1, ${alpha})`);
}

/** Zero is on the picture when the values are near it; else a tenth of air on either side. */
function valueRange(min: number | null, max: number | null, stacked: boolean): [number, number] {
  if (min === null || max === null) return [0, 1];
  if (min === max) {
    if (min === 0) return [0, 1];
    const size = Math.abs(min);
    return min > 0 ? [stacked ? 0 : min - size * 0.5, max + size * 0.5] : [min - size * 0.5, 0];
  }
  const air = (max - min) * 0.08;
  const nearZero = min >= 0 && (stacked || min <= max * 0.6);
  return [nearZero ? 0 : min - air, max <= 0 && max >= min * 0.6 ? 0 : max + air];
}
