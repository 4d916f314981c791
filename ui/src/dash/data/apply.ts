// A panel's field settings laid over the frames of its queries: defaults, then overrides in order,
// then everything a renderer wants to know of a field (name, colour, text of its values). What is
// dear is put off until someone asks: a line chart of 200 series formats no value before its axis
// or tooltip does.

import type { Field, FieldConfig, Frame, ShownField, ShownFrame } from '../frame';
import type { FieldDefaults, Json, Panel } from '../model';
import { isObject, number, text } from '../model/json';
import { dataLinks, fieldColor, thresholds, valueMappings } from '../model/fieldConfig';
import { fillData, type Interpolate } from './dataText';
import {
  colourOfSeries,
  makeDisplay,
  ownRange,
  type DisplayContext,
  type Displayed,
  type Range,
} from './display';
import { fieldMatcher, type FieldMatcher } from './matchers';
import { displayName } from './names';

export interface ApplyContext extends DisplayContext {
  readonly interpolate: Interpolate;
}

type Draft = { -readonly [K in keyof FieldConfig]: FieldConfig[K] };

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy with the value at this dotted path; undefined takes it away. */
function withPath(tree: Tree, [key = '', ...rest]: string[], value: Json | undefined): Tree {
  if (key === '__proto__') return tree;
  const { [key]: old, ...others } = tree;
  if (rest.length > 0) return { ...others, [key]: withPath(isTree(old) ? old : {}, rest, value) };
  return value === undefined ? others : { ...others, [key]: value };
}

/** Lists of an override go before those that are there: the first mapping that fits counts. */
function before<T>(list: readonly T[], old: readonly T[] | undefined): readonly T[] {
  return [...list, ...(old ?? [])];
}

function setText(draft: Draft, id: 'unit' | 'displayName' | 'noValue', value: Json | undefined) {
  const written = value === undefined || value === null ? '' : text(value);
  if (written === '') Reflect.deleteProperty(draft, id);
  else draft[id] = written;
}

function setNumber(draft: Draft, id: 'decimals' | 'min' | 'max', value: Json | undefined) {
  const written = number(value);
  if (written === undefined) Reflect.deleteProperty(draft, id);
  else draft[id] = written;
}

function setProperty(draft: Draft, id: string, value: Json | undefined): void {
  const empty = value === undefined || value === null;
  switch (id) {
    case 'unit':
    case 'displayName':
    case 'noValue':
      setText(draft, id, value);
      return;
    case 'decimals':
    case 'min':
    case 'max':
      setNumber(draft, id, value);
      return;
    case 'fieldMinMax':
    case 'filterable':
      draft[id] = value === true;
      return;
    case 'links':
    case 'mappings':
    case 'color':
    case 'thresholds':
      if (empty) Reflect.deleteProperty(draft, id);
      else setStructured(draft, id, value);
      return;
    default:
      if (!id.startsWith('custom.')) return;
      draft.custom = withPath(draft.custom, id.split('.').slice(1), empty ? undefined : value);
  }
}

function setStructured(
  draft: Draft,
  id: 'links' | 'mappings' | 'color' | 'thresholds',
  value: Json,
): void {
  switch (id) {
    case 'links':
      draft.links = before(dataLinks(value), draft.links);
      return;
    case 'mappings':
      draft.mappings = before(valueMappings(value), draft.mappings);
      return;
    case 'color': {
      const color = isObject(value) && value['mode'] !== undefined ? fieldColor(value) : undefined;
      if (color !== undefined) draft.color = color;
      return;
    }
    case 'thresholds': {
      const steps = thresholds(value);
      if (steps !== undefined) draft.thresholds = steps;
    }
  }
}

/** The field's own settings, from its query, stand above the panel's defaults. */
function startDraft(field: Field, defaults: FieldDefaults): Draft {
  const own = field.config;
  return {
    ...defaults,
    ...own,
    custom: { ...defaults.custom, ...own.custom },
    ...(own.links !== undefined && defaults.links !== undefined
      ? { links: [...own.links, ...defaults.links] }
      : {}),
  };
}

function finishDraft(draft: Draft): FieldConfig {
  const { color, min, max } = draft;
  const byThresholds = color === undefined && draft.thresholds !== undefined;
  return {
    ...draft,
    ...(byThresholds ? { color: { mode: 'thresholds' } } : {}),
    ...(min !== undefined && max !== undefined && min > max ? { min: max, max: min } : {}),
  };
}

/** Smallest and largest number of all frames: what series are compared on. */
function rangeOfAll(frames: readonly Frame[]): Range {
  let min = Infinity;
  let max = -Infinity;
  for (const { fields } of frames) {
    for (const { type, values } of fields) {
      if (type !== 'number') continue;
      for (const value of values) {
        if (typeof value !== 'number') continue;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }
  return min > max ? { min: 0, max: 0 } : { min, max };
}

const ranges = new WeakMap<ShownField, () => Range>();

/** Where a gauge or a scale of colours begins and ends: settings, or the values. */
export function rangeOf(field: ShownField): Range {
  return ranges.get(field)?.() ?? ownRange(field);
}

function once<T>(compute: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}

interface Rule {
  readonly fits: FieldMatcher;
  readonly properties: Panel['fieldConfig']['overrides'][number]['properties'];
}

/** One run over the frames of a panel. */
class Run {
  private readonly rules: readonly Rule[];
  private readonly allRange: () => Range;
  private series = 0;

  constructor(
    private readonly frames: readonly Frame[],
    private readonly config: Panel['fieldConfig'],
    private readonly context: ApplyContext,
  ) {
    const names = new Map<Field, string>();
    const nameOf = (field: Field, frame: Frame) => {
      let name = names.get(field);
      if (name === undefined) names.set(field, (name = this.baseName(field, frame)));
      return name;
    };
    this.rules = config.overrides.map(({ matcher, properties }) => ({
      fits: fieldMatcher(matcher, nameOf),
      properties,
    }));
    this.allRange = once(() => rangeOfAll(frames));
  }

  /** The name that overrides know a field by: before any of them gave another. */
  private baseName(field: Field, frame: Frame): string {
    const { displayName: general } = this.config.defaults;
    const own = field.config.displayName ?? '';
    const given = own === '' ? (general ?? '') : own;
    if (given === '') return displayName(field, frame, this.frames);
    return this.fill(given, field, frame);
  }

  private fill(given: string, field: Field, frame: Frame): string {
    const filled = this.context.interpolate(given);
    if (!filled.includes('__')) return filled;
    const unnamed = { ...field.config, displayName: '' };
    const fieldName = displayName({ ...field, config: unnamed }, frame, this.frames);
    const frameIndex = this.frames.indexOf(frame);
    const { timezone } = this.context;
    return fillData(filled, { frame, frameIndex, field, fieldName, timezone });
  }

  field(field: Field, frame: Frame): ShownField {
    const draft = startDraft(field, this.config.defaults);
    for (const { fits, properties } of this.rules) {
      if (!fits(field, frame, this.frames)) continue;
      for (const { id, value } of properties) setProperty(draft, id, value);
    }
    if (draft.displayName !== undefined && draft.displayName !== '') {
      draft.displayName = this.fill(draft.displayName, field, frame);
    }
    const config = finishDraft(draft);
    const named = config.displayName === field.config.displayName ? field : { ...field, config };
    const name = displayName(named, frame, this.frames);
    const index = field.type === 'time' ? this.series : this.series++;
    return this.show({ ...field, config }, { index, name });
  }

  private show(field: Field, place: Displayed['place']): ShownField {
    const range = once(() => this.rangeFor(field));
    const displayed: Displayed = { ...field, place, range };
    const color = once(() => colourOfSeries(displayed, this.context.theme));
    let display: ShownField['display'] | undefined;
    const shown: ShownField = {
      ...field,
      displayName: place.name,
      get color() {
        return color();
      },
      display: (value) => (display ??= makeDisplay(displayed, this.context))(value),
    };
    ranges.set(shown, range);
    return shown;
  }

  private rangeFor(field: Field): Range {
    const { min, max, fieldMinMax } = field.config;
    if (field.type !== 'number' || fieldMinMax === true) return ownRange(field);
    if (min !== undefined && max !== undefined) return { min, max };
    const all = this.allRange();
    return { min: min ?? all.min, max: max ?? all.max };
  }
}

export function applyFieldConfig(
  frames: readonly Frame[],
  fieldConfig: Panel['fieldConfig'],
  context: ApplyContext,
): ShownFrame[] {
  const run = new Run(frames, fieldConfig, context);
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => run.field(field, frame)),
  }));
}
