// Rows of states: what each series was, from when to when.

import { seriesColour } from '../../dash/data/colourModes';
import type { FieldValue, ShownField, ShownFrame } from '../../dash/frame';
import { isHidden, shownText, timeField, toNumber } from '../shared/fields';
import { at } from '../shared/options';

export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly value: FieldValue;
  readonly text: string;
  readonly colour: string;
  /** What the legend calls it: the state, or the range between two thresholds. */
  readonly kind: string;
}

export interface StateRow {
  readonly name: string;
  readonly field: ShownField;
  readonly frame: ShownFrame;
  readonly segments: readonly Segment[];
}

export interface StateWish {
  /** Neighbours that look the same become one. */
  readonly merge: boolean;
  /** A state lasts until the next sample; otherwise each sample is a box around its moment. */
  readonly lasting: boolean;
  readonly end: number;
  readonly theme: 'light' | 'dark';
}

function typicalStep(times: readonly number[]): number {
  const steps: number[] = [];
  for (let i = 1; i < times.length; i++) {
    const step = (times[i] ?? 0) - (times[i - 1] ?? 0);
    if (step > 0) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}

function bridgeMs(field: ShownField): number {
  const span = at(field.config.custom, 'spanNulls');
  return span === true ? Infinity : typeof span === 'number' ? span : 0;
}

function segmentsOf(
  field: ShownField,
  times: readonly number[],
  interval: number | undefined,
  wish: StateWish,
): Segment[] {
  const step = interval ?? typicalStep(times);
  const out: Segment[] = [];
  const bridge = bridgeMs(field);
  field.values.forEach((value, i) => {
    const time = times[i];
    if (time === undefined || value === null || value === '') return;
    if (typeof value === 'number' && Number.isNaN(value)) return;
    const shown = field.display(value);
    const next = times[i + 1];
    const from = wish.lasting ? time : time - step / 2;
    // A state is not known to last longer than to the next sample that is due.
    const due = next === undefined || (step > 0 && next - time > step * 1.5) ? time + step : next;
    const to = wish.lasting ? Math.min(Math.max(due, time + 1), wish.end) : time + step / 2;
    const before = out[out.length - 1];
    const text = shownText(shown);
    const colour = colourOf(field, shown.color, text, wish.theme);
    const alike = before !== undefined && before.text === text && before.colour === colour;
    if (wish.merge && alike && from - before.to <= Math.max(bridge, step * 0.01)) {
      out[out.length - 1] = { ...before, to };
    } else out.push({ from, to, value, text, colour, kind: kindOf(field, value, text) });
  });
  return out;
}

export function stateRows(
  frames: readonly ShownFrame[],
  wish: StateWish,
): { rows: readonly StateRow[]; noTime: boolean } {
  const rows: StateRow[] = [];
  let noTime = false;
  for (const frame of frames) {
    const time = timeField(frame);
    if (frame.length === 0) continue;
    if (time === undefined) {
      noTime = true;
      continue;
    }
    const times = time.values.map((one) => toNumber(one) ?? 0);
    for (const field of frame.fields) {
      if (field.type === 'time' || isHidden(field, 'viz')) continue;
      rows.push({
        name: field.displayName,
        field,
        frame,
        segments: segmentsOf(field, times, time.config.interval, wish),
      });
    }
  }
  return { rows, noTime: noTime && rows.length === 0 };
}

/** The segment at this moment, by halves. */
export function segmentAt(segments: readonly Segment[], time: number): Segment | null {
  let low = 0;
  let high = segments.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = segments[middle];
    if (one === undefined) return null;
    if (time < one.from) high = middle - 1;
    else if (time >= one.to) low = middle + 1;
    else return one;
  }
  return null;
}

/** Words that nobody gave a colour get one each, or all states would look alike. */
function colourOf(field: ShownField, own: string, text: string, theme: 'light' | 'dark'): string {
  const words = field.type === 'string' || field.type === 'boolean';
  if (!words || (field.config.mappings ?? []).length > 0) return own;
  if (['fixed', 'shades'].includes(field.config.color?.mode ?? '')) return own;
  return seriesColour({ mode: 'palette-classic-by-name' }, { index: 0, name: text }, theme);
}

/** A figure by itself is no state: its threshold is, and on a scale of colours there is none. */
function kindOf(field: ShownField, value: FieldValue, text: string): string {
  if (typeof value !== 'number' || (field.config.mappings ?? []).length > 0) return text;
  const { thresholds, color } = field.config;
  if (color?.mode.startsWith('continuous-') === true) return '';
  if (color?.mode !== 'thresholds' || thresholds?.mode !== 'absolute') return text;
  const steps = thresholds.steps;
  const at = Math.max(
    0,
    steps.findLastIndex((one) => value >= one.value),
  );
  const [from, to] = [steps[at]?.value ?? -Infinity, steps[at + 1]?.value];
  const words = (bound: number) => shownText(field.display(bound));
  if (!Number.isFinite(from)) return to === undefined ? text : `< ${words(to)}`;
  return to === undefined ? `≥ ${words(from)}` : `${words(from)} – ${words(to)}`;
}

/** What there is to explain: each state once, in the order they first come. */
export function statesOf(rows: readonly StateRow[]): readonly { text: string; colour: string }[] {
  const seen = new Map<string, string>();
  for (const row of rows) {
    for (const { kind, colour } of row.segments) {
      if (seen.size >= 60) break;
      if (kind !== '' && !seen.has(kind)) seen.set(kind, colour);
    }
  }
  return [...seen].map(([text, colour]) => ({ text, colour }));
}
