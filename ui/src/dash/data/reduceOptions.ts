// What stat, gauge, bar gauge and pie show: one value a field or one a row, each with its name,
// colour, links and, where asked, the line behind it.

import type {
  DisplayValue,
  Field,
  FieldConfig,
  FieldValue,
  ShownField,
  ShownFrame,
} from '../frame';
import type { Json, JsonObject, Panel } from '../model';
import { list, number, object, text } from '../model/json';
import type { ApplyContext } from './apply';
import { rangeOf } from './apply';
import { colourMode, seriesColour } from './colourModes';
import { resolveColour } from './colours';
import { namesOf } from './decode';
import { fieldLinks, fillData, type DataScope, type ShownLink } from './dataText';
import { makeDisplay } from './display';
import { fieldMatcher } from './matchers';
import { reduceField, reducerInfo, reduceOne } from './reducers';
import { toNumber } from './values';

export interface ReduceOptions {
  /** Every row instead of one value a field. */
  readonly values: boolean;
  readonly calcs: readonly string[];
  /** Pattern of field names; "": the numeric ones. */
  readonly fields: string;
  /** Most rows. */
  readonly limit: number;
}

const DEFAULT_LIMIT = 25;

export function reduceOptionsOf(options: JsonObject): ReduceOptions {
  const raw: JsonObject = object(options['reduceOptions']);
  const calcs = namesOf(list(raw['calcs']));
  const limit = number(raw['limit']) ?? 0;
  return {
    values: raw['values'] === true,
    calcs: calcs.length > 0 ? calcs : ['lastNotNull'],
    fields: text(raw['fields']),
    limit: limit > 0 ? limit : DEFAULT_LIMIT,
  };
}

export interface Sparkline {
  readonly times: readonly number[];
  readonly values: readonly FieldValue[];
}

export interface ShownValue {
  readonly title: string;
  readonly display: DisplayValue;
  readonly min: number;
  readonly max: number;
  /** Unset where there is no data at all. */
  readonly field?: ShownField;
  readonly frame?: ShownFrame;
  /** Which reducer; "" for rows. */
  readonly calc: string;
  readonly row?: number;
  readonly sparkline?: Sparkline;
  /** From the first to the last value, 12 for 12 %; null where there is none. */
  readonly percentChange?: number | null;
  readonly links: () => ShownLink[];
  readonly noData: boolean;
}

export interface FieldValuesContext extends ApplyContext {
  readonly fieldConfig: Panel['fieldConfig'];
  readonly sparkline?: boolean;
  readonly percentChange?: boolean;
}

interface Place {
  readonly frame: ShownFrame;
  readonly frameIndex: number;
  readonly field: ShownField;
}

function scopeOf({ frame, frameIndex, field }: Place, timezone: string): DataScope {
  return { frame, frameIndex, field, fieldName: field.displayName, timezone };
}

/** A row is called after its texts; after its column too, where there are several with numbers. */
function rowTitle({ frame, field }: Place, row: number, scope: DataScope): string {
  const given = field.config.displayName ?? '';
  if (given !== '') return fillData(given, { ...scope, row });
  const words: string[] = [];
  let numbers = 0;
  for (const other of frame.fields) {
    if (other === field) continue;
    if (other.type === 'number') numbers++;
    if (other.type !== 'string') continue;
    const word = other.display(other.values[row] ?? null).text;
    if (word !== '') words.push(word);
  }
  if (numbers > 0 || words.length === 0) words.push(field.displayName);
  return words.join(' ');
}

/** Rows of a column are made apart by overrides that name them. */
function colourByName(
  title: string,
  { fieldConfig, theme }: FieldValuesContext,
): string | undefined {
  for (const { matcher, properties } of fieldConfig.overrides) {
    if (matcher.id !== 'byName' || matcher.options !== title) continue;
    const color: Json | undefined = properties.find(({ id }) => id === 'color')?.value;
    const fixed = object(color)['fixedColor'];
    if (typeof fixed === 'string') return resolveColour(fixed, theme);
  }
  return undefined;
}

function rowColour(
  place: Place,
  display: DisplayValue,
  at: { readonly index: number; readonly name: string },
  context: FieldValuesContext,
): string {
  const named = colourByName(at.name, context);
  if (named !== undefined) return named;
  const { field } = place;
  const mode = colourMode(field.config.color);
  // A mapping's colour stands; the series' own gives way to one for each row.
  if (mode.byValue || mode.group === 'single' || display.color !== field.color)
    return display.color;
  return seriesColour(field.config.color, at, context.theme);
}

function ofRow(place: Place, row: number, index: number, context: FieldValuesContext): ShownValue {
  const { field, frame } = place;
  const scope = scopeOf(place, context.timezone);
  const title = rowTitle(place, row, scope);
  const display = field.display(field.values[row] ?? null);
  return {
    title,
    display: { ...display, color: rowColour(place, display, { index, name: title }, context) },
    ...rangeOf(field),
    field,
    frame,
    calc: '',
    row,
    links: () => fieldLinks({ ...scope, row }, context.interpolate),
    noData: false,
  };
}

function sparklineOf({ frame, field }: Place): Sparkline | undefined {
  const time = frame.fields.find(({ type }) => type === 'time');
  if (time === undefined || field.type !== 'number') return undefined;
  return { times: time.values.map(toNumber), values: field.values };
}

function ofCalc(
  place: Place,
  calc: string,
  value: FieldValue,
  context: FieldValuesContext,
): ShownValue {
  const { field, frame } = place;
  const display = field.display(value);
  const scope: DataScope = {
    ...scopeOf(place, context.timezone),
    calc,
    value: { raw: value, shown: display },
  };
  const sparkline = context.sparkline === true ? sparklineOf(place) : undefined;
  const change = context.percentChange === true ? reduceOne(field, 'diffperc') : undefined;
  return {
    title: fillData(field.displayName, scope),
    display,
    ...rangeOf(field),
    field,
    frame,
    calc,
    ...(sparkline === undefined ? {} : { sparkline }),
    ...(change === undefined
      ? {}
      : { percentChange: typeof change === 'number' && Number.isFinite(change) ? change : null }),
    links: () => fieldLinks(frame.length === 1 ? { ...scope, row: 0 } : scope, context.interpolate),
    noData: false,
  };
}

function noData({ fieldConfig, theme, timezone }: FieldValuesContext): ShownValue {
  const { defaults } = fieldConfig;
  const range = { min: defaults.min ?? 0, max: defaults.max ?? 0 };
  const show = makeDisplay(
    {
      type: 'other',
      values: [],
      config: defaults,
      place: { index: 0, name: '' },
      range: () => range,
    },
    { theme, timezone },
  );
  const display = show(null);
  const text = display.text === '' ? 'No data' : display.text;
  return {
    title: '',
    display: { ...display, text },
    ...range,
    calc: '',
    links: () => [],
    noData: true,
  };
}

const isNumeric = ({ type }: Field) => type === 'number';

/** Always at least one; the only one has `noData` where nothing fits. */
export function fieldValues(
  frames: readonly ShownFrame[],
  options: ReduceOptions,
  context: FieldValuesContext,
): ShownValue[] {
  const fits =
    options.fields === ''
      ? isNumeric
      : fieldMatcher({ id: 'byRegexp', options: options.fields }, (field) => nameOf(field));
  const found: ShownValue[] = [];
  for (const [frameIndex, frame] of frames.entries()) {
    for (const field of frame.fields) {
      if (!fits(field, frame, frames)) continue;
      const place = { frame, frameIndex, field };
      if (options.values) {
        const room = options.limit - found.length;
        for (let row = 0; row < Math.min(frame.length, room); row++) {
          found.push(ofRow(place, row, found.length, context));
        }
      } else if (frame.length > 0) {
        const values = reduceField(field, options.calcs);
        for (const calc of options.calcs) {
          found.push(ofCalc(place, calc, values[calc] ?? null, context));
        }
      }
    }
  }
  return found.length > 0 ? found : [noData(context)];
}

function nameOf(field: Field & { readonly displayName?: string }): string {
  return field.displayName ?? field.name;
}

function withoutUnit(config: FieldConfig): FieldConfig {
  const plain = { ...config };
  for (const key of ['unit', 'decimals', 'mappings']) Reflect.deleteProperty(plain, key);
  return plain;
}

export interface CalcValue {
  readonly id: string;
  /** Heading of its column: "Last *". */
  readonly title: string;
  readonly display: DisplayValue;
}

/** The columns of a legend: reduced values, those that are no such values without the unit. */
export function calcValues(
  field: ShownField,
  calcs: readonly string[],
  context: Pick<ApplyContext, 'theme' | 'timezone'>,
): CalcValue[] {
  const values = reduceField(field, calcs);
  return calcs.map((id) => {
    const about = reducerInfo(id);
    const value = values[id] ?? null;
    const title = about?.name ?? id;
    if (about?.keepsUnit !== false) return { id, title, display: field.display(value) };
    const plain = withoutUnit(field.config);
    const show = makeDisplay(
      {
        ...field,
        type: 'number',
        config: id === 'diffperc' ? { ...plain, unit: 'percent' } : plain,
        place: { index: 0, name: field.displayName },
        range: () => rangeOf(field),
      },
      context,
    );
    return { id, title, display: show(value) };
  });
}
