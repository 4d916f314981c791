// A drawing over time: uPlot and the pointer, nothing of React. The panel hands it a spec and gets
// told what the pointer does. A spec with the same key only brings other data, and then nothing is
// made anew: no blink on refresh.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { ianaZone } from '../../dash/zone';
import type { PlotEvents, PlotHover, PlotSpec, ScaleSpec } from './spec';
import { TIME_STEPS, timeTicks } from './timeAxis';

const FONT_PX = 12;
const CLICK_PX = 4;

export class TimePlot {
  private plot: uPlot;
  private raf = 0;
  private marking = false;
  private pressed: { x: number; y: number } | null = null;

  constructor(
    private readonly host: HTMLElement,
    private spec: PlotSpec,
    private readonly events: PlotEvents,
    private size: { width: number; height: number },
  ) {
    this.plot = this.make();
    host.addEventListener('keydown', this.onKey);
    host.addEventListener('blur', this.onBlur);
  }

  update(spec: PlotSpec, size: { width: number; height: number }): void {
    const before = this.spec;
    const resized = size.width !== this.size.width || size.height !== this.size.height;
    this.spec = spec;
    this.size = size;
    if (before.key !== spec.key) {
      const old = this.plot;
      this.plot = this.make();
      old.destroy();
      return;
    }
    this.plot.batch(() => {
      spec.shown.forEach((show, i) => {
        if (this.plot.series[i + 1]?.show !== show) this.plot.setSeries(i + 1, { show }, false);
      });
      if (resized) this.plot.setSize(size);
      if (before.data !== spec.data || before.from !== spec.from || before.to !== spec.to) {
        this.plot.setData(spec.data);
      } else if (before !== spec) this.plot.redraw(false);
    });
  }

  /** Brings one series forward; null lets all be equal again. */
  setFocus(index: number | null): void {
    this.plot.setSeries(index === null ? null : index + 1, { focus: true }, false);
  }

  /** From the top of the drawing. */
  position(value: number, scale: string): number {
    return this.plot.valToPos(value, scale);
  }

  destroy(): void {
    cancelAnimationFrame(this.raf);
    this.host.removeEventListener('keydown', this.onKey);
    this.host.removeEventListener('blur', this.onBlur);
    this.plot.destroy();
  }

  private make(): uPlot {
    const plot = new uPlot(this.options(), this.spec.data, this.host);
    const { over } = plot;
    over.addEventListener('mousedown', (event) => {
      this.marking = (event.ctrlKey || event.metaKey) && this.events.onAnnotate !== null;
      this.pressed = { x: event.clientX, y: event.clientY };
    });
    over.addEventListener('click', (event) => {
      const from = this.pressed;
      const moved =
        from === null || Math.hypot(event.clientX - from.x, event.clientY - from.y) > CLICK_PX;
      const hover = this.hover(plot);
      if (moved || hover === null) return;
      if ((event.ctrlKey || event.metaKey) && this.events.onAnnotate !== null) {
        this.events.onAnnotate(Math.round(hover.timeMs), Math.round(hover.timeMs));
      } else this.events.onPress(hover);
    });
    return plot;
  }

  private options(): uPlot.Options {
    const { spec } = this;
    const zone = ianaZone(spec.zone);
    const sync = spec.syncKey;
    return {
      ...this.size,
      ms: 1,
      padding: this.padding(),
      legend: { show: false },
      focus: { alpha: 0.25 },
      ...(zone === undefined ? {} : { tzDate: (ms: number) => uPlot.tzDate(new Date(ms), zone) }),
      cursor: {
        y: false,
        focus: { prox: -1 },
        drag: { x: true, y: false, setScale: false, dist: CLICK_PX },
        points: { show: spec.hoverPoints, size: 6 },
        bind: { dblclick: () => this.onDoubleClick },
        ...(sync === null
          ? {}
          : {
              sync: {
                key: sync,
                setSeries: false,
                scales: ['x', null],
                filters: {
                  pub: (type: string) => type === 'mousemove' || type === 'mouseleave',
                  sub: () => true,
                },
              },
            }),
      },
      scales: {
        x: { time: true, range: () => [this.spec.from, this.spec.to] },
        ...Object.fromEntries(spec.scales.map((one, i) => [one.key, this.scale(one, i)])),
      },
      axes: [this.timeAxis(), ...spec.scales.map((_, i) => this.valueAxis(i))],
      series: [{}, ...spec.series.map((one, i) => ({ ...one, show: spec.shown[i] !== false }))],
      bands: [...spec.bands],
      hooks: {
        drawClear: [(plot) => this.spec.below.forEach((draw) => draw(plot))],
        draw: [
          (plot) => {
            this.spec.above.forEach((draw) => draw(plot));
            this.tellArea(plot);
          },
        ],
        setCursor: [this.onCursor],
        setSelect: [this.onSelect],
      },
    };
  }

  private padding(): uPlot.Padding {
    const sides = this.spec.scales.map((one) => one.axis?.side);
    return [
      8,
      sides.includes('right') ? 0 : this.spec.xAxis ? 20 : 4,
      this.spec.xAxis ? 0 : 6,
      sides.includes('left') ? 0 : this.spec.xAxis ? 18 : 4,
    ];
  }

  private scale(one: ScaleSpec, i: number): uPlot.Scale {
    return {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum
      distr: one.distribution === 'log' ? 3 : one.distribution === 'symlog' ? 4 : 1,
      log: one.base,
      asinh: one.linearBelow,
      dir: one.reverse === true ? -1 : 1,
      auto: true,
      range: (_, min: number | null, max: number | null) => {
        const [low, high] = this.spec.scales[i]?.range(min, max) ?? [0, 1];
        return [low, high];
      },
    };
  }

  private get font(): string {
    return `${FONT_PX}px ${this.spec.theme.font}`;
  }

  private timeAxis(): uPlot.Axis {
    const { theme, xAxis, xGrid } = this.spec;
    return {
      show: xAxis,
      stroke: theme.textDim,
      font: this.font,
      ticks: { show: false },
      grid: xGrid ? { stroke: theme.line, width: 1 } : { show: false },
      gap: 7,
      size: 38,
      lineGap: 1.25,
      space: 64,
      incrs: TIME_STEPS,
      values: (_, splits, __, ___, incr) => timeTicks(splits, incr, this.spec.zone),
    };
  }

  private valueAxis(i: number): uPlot.Axis {
    const one = this.spec.scales[i];
    const axis = one?.axis;
    if (one === undefined || axis == null) return { show: false, scale: one?.key ?? 'y' };
    const { theme } = this.spec;
    const { splits } = one;
    return {
      scale: one.key,
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum
      side: axis.side === 'left' ? 3 : 1,
      stroke: axis.colour,
      font: this.font,
      ticks: { show: false },
      gap: 8,
      space: axis.space ?? 34,
      grid: axis.grid
        ? {
            stroke: theme.line,
            width: 1,
            // On a logarithmic scale only the powers: the lines between them are a fog.
            ...(one.distribution === 'log' ? { filter: powersOf(one.base) } : {}),
          }
        : { show: false },
      ...(one.distribution === 'log' ? { filter: powersOf(one.base) } : {}),
      ...(axis.border ? { border: { show: true, stroke: axis.colour, width: 1 } } : {}),
      ...(axis.steps === undefined ? {} : { incrs: [...axis.steps] }),
      ...(splits === undefined
        ? {}
        : {
            splits: (_: uPlot, __: number, min: number, max: number) => [
              ...(this.spec.scales[i]?.splits?.(min, max) ?? []),
            ],
          }),
      values: (_, values) => {
        // uPlot hands nulls for what its filter took out.
        const given: readonly (number | null)[] = values;
        const shown = given.filter((value) => value !== null);
        const texts = this.spec.scales[i]?.ticks(shown) ?? [];
        let next = 0;
        return given.map((value) => (value === null ? null : (texts[next++] ?? '')));
      },
      size: (plot, values) => axis.width ?? this.axisWidth(plot, values),
      ...(axis.label === ''
        ? {}
        : { label: axis.label, labelFont: this.font, labelSize: 20, labelGap: 4 }),
    };
  }

  private axisWidth(plot: uPlot, values: readonly (string | null)[] | null): number {
    plot.ctx.save();
    plot.ctx.font = this.font;
    const widths = (values ?? []).map((text) => plot.ctx.measureText(text ?? '').width);
    plot.ctx.restore();
    return Math.ceil(Math.min(plot.width * 0.4, Math.max(24, ...widths) + 14));
  }

  private tellArea(plot: uPlot): void {
    const ratio = uPlot.pxRatio;
    const { left, top, width, height } = plot.bbox;
    this.events.onArea({
      left: left / ratio,
      top: top / ratio,
      width: width / ratio,
      height: height / ratio,
    });
  }

  private hover(plot: uPlot): PlotHover | null {
    const { left = -1, top = -1 } = plot.cursor;
    if (left < 0) return null;
    const rect = plot.over.getBoundingClientRect();
    const own = this.host.matches(':hover, :focus-visible');
    // Of panels that are scrolled out of sight nobody needs to hear.
    const y = rect.top + Math.max(0, top);
    if (!own && (y < 0 || y > window.innerHeight)) return null;
    return {
      timeMs: plot.posToVal(left, 'x'),
      left,
      top,
      clientX: rect.left + left,
      clientY: y,
      own,
    };
  }

  private readonly onCursor = (plot: uPlot): void => {
    cancelAnimationFrame(this.raf);
    this.raf = requestAnimationFrame(() => this.events.onHover(this.hover(plot)));
  };

  private readonly onSelect = (plot: uPlot): void => {
    const { left, width } = plot.select;
    if (width < CLICK_PX) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const from = Math.round(plot.posToVal(left, 'x'));
    const to = Math.round(plot.posToVal(left + width, 'x'));
    if (this.marking) this.events.onAnnotate?.(from, to);
    else this.events.onZoom(from, to);
  };

  private readonly onDoubleClick = (): null => {
    this.events.onZoomOut();
    return null;
  };

  private readonly onBlur = (): void => {
    this.plot.setCursor({ left: -10, top: -10 });
  };

  /** Arrow keys walk along the points, so that values can be read without a mouse. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.target !== this.host) return;
    const { left = -1 } = this.plot.cursor;
    if (event.key === 'Enter') {
      const hover = this.hover(this.plot);
      if (hover !== null) this.events.onPress(hover);
      return;
    }
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const { stops, from, to } = this.spec;
    if (step === undefined || stops.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const now = left < 0 ? (step > 0 ? from - 1 : to + 1) : this.plot.posToVal(left, 'x');
    const index = walk(stops, now, step * (event.shiftKey ? 10 : 1));
    const x = this.plot.valToPos(Math.max(from, Math.min(to, stops[index] ?? from)), 'x');
    this.plot.setCursor({ left: x, top: this.plot.over.clientHeight / 3 });
  };
}

function powersOf(base: number): uPlot.Axis.Filter {
  return (_, splits) =>
    splits.map((value) => {
      const power = Math.log(value) / Math.log(base);
      return Math.abs(power - Math.round(power)) < 1e-6 ? value : null;
    });
}

/** The stop so many further than where we are, kept inside of the list. */
export function walk(stops: ArrayLike<number>, now: number, steps: number): number {
  let nearest = steps > 0 ? -1 : stops.length;
  const first = stops[0] ?? 0;
  const last = stops[stops.length - 1] ?? 0;
  if (now >= first && now <= last) {
    let distance = Infinity;
    for (let i = 0; i < stops.length; i++) {
      const away = Math.abs((stops[i] ?? 0) - now);
      if (away < distance) {
        distance = away;
        nearest = i;
      }
    }
  } else if (now > last) nearest = stops.length;
  else nearest = -1;
  return Math.max(0, Math.min(stops.length - 1, nearest + steps));
}
