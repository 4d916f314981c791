// A field's values as people read them: mapping, unit and colour, computed once per value.

import type { DisplayValue, Field, FieldConfig, FieldValue } from '../frame';
import { colourMode, scaleColour, seriesColour, type SeriesPlace } from './colourModes';
import { resolveColour, type Theme } from './colours';
import { mapValue } from './mappings';
import { reduceField, reduceOne } from './reducers';
import { activeThreshold } from './thresholds';
import { formatterFor, type UnitText } from './units/format';
import { toNumber, toText } from './values';

export interface DisplayContext {
  readonly theme: Theme;
  /** "browser", "utc" or an IANA name. */
  readonly timezone: string;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a field must be known by to be shown. */
export interface Displayed {
  readonly type: Field['type'];
  readonly values: readonly FieldValue[];
  readonly config: FieldConfig;
  /** Which of the panel's series, and what it is called: for palettes. */
  readonly place: SeriesPlace;
  /** Where percent and scales of colour begin and end; asked when first needed. */
  readonly range: () => Range;
}

const MAX_CACHED = 2500;

interface Scale {
  readonly color: string;
  readonly percent: number;
}

export type ScaleOf = (value: number) => Scale;

function booleanScale(config: FieldConfig, theme: Theme): ScaleOf {
  const mode = colourMode(config.color);
  const [no, yes] = mode.continuous
    ? [scaleColour(mode, 0, theme), scaleColour(mode, 1, theme)]
    : [resolveColour('red', theme), resolveColour('green', theme)];
  return (value) =>
    value !== 0 && value !== -Infinity ? { color: yes, percent: 1 } : { color: no, percent: 0 };
}

/** Colour and place of a number between the field's ends. -Infinity stands for no number. */
export function scaleOf({ type, config, place, range }: Displayed, theme: Theme): ScaleOf {
  if (type === 'boolean') return booleanScale(config, theme);
  const mode = colourMode(config.color);
  const whole = mode.byValue ? '' : seriesColour(config.color, place, theme);
  let ends: Range | undefined;
  return (value) => {
    ends ??= range();
    const part = value === -Infinity ? 0 : (value - ends.min) / (ends.max - ends.min);
    const percent = Number.isNaN(part) ? 0 : part;
    if (!mode.byValue) return { color: whole, percent };
    const color = mode.continuous
      ? scaleColour(mode, percent, theme)
      : resolveColour(activeThreshold(config.thresholds, value, percent).color, theme);
    return { color, percent };
  };
}

const DATES = /^(dateTime|time:)/;

/** The unit that is used where the field names none. */
function unitOf({ type, config }: Displayed): string {
  const unit = config.unit ?? '';
  switch (type) {
    case 'time':
      return DATES.test(unit) ? unit : 'dateTimeAsSystem';
    case 'boolean':
      return unit.startsWith('bool') ? unit : 'bool';
    case 'string':
      return unit === '' ? 'string' : unit;
    default:
      return unit === '' ? 'none' : unit;
  }
}

function spansLessThanAMinute({ type, values }: Displayed): boolean {
  if (type !== 'time' || values.length < 2) return false;
  return Math.abs(toNumber(values.at(-1)) - toNumber(values[0])) < 60_000;
}

const NO_TEXT: UnitText = { text: '', prefix: '', suffix: '' };

export function makeDisplay(
  field: Displayed,
  { theme, timezone }: DisplayContext,
): (value: FieldValue) => DisplayValue {
  const { config } = field;
  const unit = unitOf(field);
  const format = formatterFor(unit);
  const context = { timezone, showMs: spansLessThanAMinute(field) };
  const isDate = DATES.test(unit);
  const scale = scaleOf(field, theme);

  const numberText = (value: FieldValue, numeric: number): UnitText =>
    Number.isNaN(numeric) || typeof value === 'boolean'
      ? NO_TEXT
      : format(numeric, config.decimals, context);

  const compute = (value: FieldValue): DisplayValue => {
    const mapped = mapValue(config.mappings, value);
    const moment = isDate && typeof value === 'string' ? Date.parse(value) : value;
    const numeric = unit === 'string' ? NaN : toNumber(moment);
    const shown =
      mapped?.text === undefined ? numberText(moment, numeric) : { ...NO_TEXT, text: mapped.text };
    const { color, percent } = scale(Number.isNaN(numeric) ? -Infinity : numeric);
    const text = shown.text === '' ? toText(value) : shown.text;
    return {
      text: text === '' && mapped?.text === undefined ? (config.noValue ?? '') : text,
      prefix: shown.prefix,
      suffix: shown.suffix,
      numeric,
      percent,
      color: mapped?.color === undefined ? color : resolveColour(mapped.color, theme),
      ...(mapped?.icon === undefined ? {} : { icon: mapped.icon }),
    };
  };
  // "5 minutes ago" is true for a moment only.
  return unit === 'dateTimeFromNow' ? compute : cached(compute);
}

function cached(compute: (value: FieldValue) => DisplayValue) {
  const known = new Map<FieldValue, DisplayValue>();
  return (value: FieldValue): DisplayValue => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const made = compute(value);
    if (known.size >= MAX_CACHED) known.clear();
    known.set(value, made);
    return made;
  };
}

/** The field's own smallest and largest value, where its settings do not say. */
export function ownRange({ type, values, config }: Omit<Displayed, 'place' | 'range'>): Range {
  if (config.min !== undefined && config.max !== undefined) {
    return { min: config.min, max: config.max };
  }
  if (type !== 'number' || values.length === 0) {
    return { min: config.min ?? 0, max: config.max ?? 100 };
  }
  const { min, max } = reduceField({ type, values }, ['min', 'max']);
  return {
    min: config.min ?? (typeof min === 'number' ? min : 0),
    max: config.max ?? (typeof max === 'number' ? max : 0),
  };
}

/** Of the series as a whole: by its mode, or the colour of one of its values. */
export function colourOfSeries(field: Displayed, theme: Theme): string {
  if (!colourMode(field.config.color).byValue) {
    return seriesColour(field.config.color, field.place, theme);
  }
  const value = toNumber(reduceOne(field, field.config.color?.seriesBy ?? 'last'));
  return scaleOf(field, theme)(Number.isNaN(value) ? 0 : value).color;
}
