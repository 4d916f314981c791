// Which fields an override or a transformation means, and which frames.

import type { Field, FieldValue, Frame } from '../frame';
import type { Json } from '../model';
import { isList, list, object } from '../model/json';
import { namesOf, oneOrMore, textOf } from './decode';
import { displayName } from './names';
import { toPattern } from './patterns';
import { reduceOne } from './reducers';
import { toText } from './values';

export interface Matcher {
  readonly id: string;
  readonly options: Json | undefined;
}

export type FieldMatcher = (field: Field, frame: Frame, frames: readonly Frame[]) => boolean;
export type FrameMatcher = (frame: Frame) => boolean;
export type FieldNamer = (field: Field, frame: Frame, frames: readonly Frame[]) => string;

const never: FieldMatcher = () => false;

const TIME = new Set(['Time', 'time']);

/** By its own name or by the one it is shown with. */
function byNames(names: ReadonlySet<string>, nameOf: FieldNamer): FieldMatcher {
  const anyTime = [...names].some((name) => TIME.has(name));
  const anyValue = names.has('Value');
  return (field, frame, frames) => {
    if (names.has(field.name) || names.has(nameOf(field, frame, frames))) return true;
    // Series that are called after their metric used to be "Value"; times have many spellings.
    if (anyValue) return field.labels?.['__name__'] === field.name;
    return anyTime && field.type === 'time';
  };
}

function byRegexp(options: Json | undefined, nameOf: FieldNamer): FieldMatcher {
  const text = textOf(options) ?? '';
  if (text === '') return never;
  const pattern = toPattern(text);
  return (field, frame, frames) => pattern.test(nameOf(field, frame, frames));
}

function compare(left: FieldValue, op: string, right: Json | undefined): boolean {
  const missing = left === null || right === null || right === undefined;
  const word = (value: FieldValue) => (value === null ? 'null' : toText(value));
  const [a, b] = [word(left), word(right ?? null)];
  switch (missing && (op === 'gte' || op === 'lte') ? 'eq' : op) {
    case 'eq':
      return a === b;
    case 'neq':
      return a !== b;
    case 'gt':
      return Number(a) > Number(b);
    case 'gte':
      return Number(a) >= Number(b);
    case 'lt':
      return Number(a) < Number(b);
    case 'lte':
      return Number(a) <= Number(b);
    default:
      return false;
  }
}

function byValue(options: Json | undefined): FieldMatcher {
  const rule = object(options);
  const reducer = textOf(rule['reducer']) ?? '';
  if (reducer === '') return never;
  const op = textOf(rule['op']) ?? 'eq';
  return (field) => {
    const left = reduceOne(field, reducer);
    return typeof left === 'boolean' ? left : compare(left, op, rule['value']);
  };
}

const oneOf = (options: Json | undefined) => new Set(oneOrMore(options));

function types(options: Json | undefined): FieldMatcher {
  const wanted = oneOf(options);
  return (field) => wanted.has(field.type);
}

/** A matcher that nobody knows matches nothing. */
export function fieldMatcher(
  { id, options }: Matcher,
  nameOf: FieldNamer = displayName,
): FieldMatcher {
  switch (id) {
    case 'byName':
      return byNames(oneOf(options), nameOf);
    case 'byNames': {
      const rule = object(options);
      const names = isList(options) ? options : list(rule['names']);
      const named = byNames(new Set(namesOf(names)), nameOf);
      if (rule['mode'] !== 'exclude') return named;
      return (field, frame, frames) => !named(field, frame, frames);
    }
    case 'byRegexp':
      return byRegexp(options, nameOf);
    case 'byRegexpOrNames': {
      const rule = object(options);
      const named = byNames(new Set(namesOf(rule['names'])), nameOf);
      const like = byRegexp(rule['pattern'], nameOf);
      return (...args) => named(...args) || like(...args);
    }
    case 'byType':
    case 'byTypes':
      return types(options);
    case 'numeric':
      return types('number');
    case 'time':
      return types('time');
    case 'byFrameRefID': {
      const wanted = oneOf(options);
      return (_, { refId }) => refId !== undefined && wanted.has(refId);
    }
    case 'byValue':
      return byValue(options);
    case 'first':
      return (field, { fields }) => field === fields[0];
    case 'firstTimeField':
      return (field, { fields }) => field === fields.find(({ type }) => type === 'time');
    default:
      return never;
  }
}

function refIds(pattern: string): (refId: string) => boolean {
  if (pattern.startsWith('/')) {
    const regex = toPattern(pattern);
    return (refId) => regex.test(refId);
  }
  const wanted = new Set([pattern, ...pattern.split('|')]);
  return (refId) => wanted.has(refId);
}

/** Of `Transformation.filter`; one that nobody knows matches all frames. */
export function frameMatcher({ id, options }: Matcher): FrameMatcher {
  switch (id) {
    case 'byRefId':
    case 'byFrameRefID': {
      const wanted = oneOrMore(options).map(refIds);
      return ({ refId = '' }) => wanted.some((fits) => fits(refId));
    }
    case 'byName': {
      const pattern = toPattern(textOf(options) ?? '');
      return ({ name = '' }) => pattern.test(name);
    }
    default:
      return () => true;
  }
}
