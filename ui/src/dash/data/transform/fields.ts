// Transformations of columns: which, in what order, under what name.

import type { Field, Frame } from '../../frame';
import type { Json, JsonObject } from '../../model';
import { isList, isObject, object, objects, text } from '../../model/json';
import { namesOf } from '../decode';
import { fieldMatcher, frameMatcher, type FieldMatcher } from '../matchers';
import { displayName } from '../names';
import { toPattern, toReplacePattern } from '../patterns';
import { withFields, type Transform } from './types';

/** Excluded ones go; where some are included, all others go too. Empty frames go. */
function filtered(
  frames: readonly Frame[],
  include: FieldMatcher | undefined,
  exclude: FieldMatcher | undefined,
): readonly Frame[] {
  if (include === undefined && exclude === undefined) return frames;
  return frames.flatMap((frame) => {
    const fields = frame.fields.filter(
      (field) =>
        exclude?.(field, frame, frames) !== true && include?.(field, frame, frames) !== false,
    );
    return fields.length === 0 ? [] : [withFields(frame, fields)];
  });
}

const included = (names: readonly string[]): FieldMatcher | undefined =>
  names.length === 0 ? undefined : fieldMatcher({ id: 'byNames', options: { names } });

const chosen = (byName: JsonObject): string[] =>
  Object.keys(byName).filter((name) => byName[name] === true);

function compareAuto(orderBy: readonly JsonObject[], frame: Frame, frames: readonly Frame[]) {
  const { compare } = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
  const first = frame.fields.find(({ type }) => type === 'time');
  const valueOf = (rule: JsonObject, field: Field) =>
    rule['type'] === 'label'
      ? (field.labels?.[text(rule['name'])] ?? '')
      : displayName(field, frame, frames);
  return (a: Field, b: Field): number => {
    if (a === first || b === first) return a === first ? -1 : 1;
    for (const rule of orderBy) {
      const order = compare(valueOf(rule, a), valueOf(rule, b));
      if (order !== 0) return rule['desc'] === true ? -order : order;
    }
    return 0;
  };
}

export const order: Transform = (frames, options) => {
  const byName = object(options['indexByName']);
  const place = (field: Field, frame: Frame) => {
    const index = byName[displayName(field, frame, frames)];
    return typeof index === 'number' && Number.isInteger(index) ? index : Infinity;
  };
  return frames.map((frame) => {
    if (options['orderByMode'] === 'auto') {
      const compare = compareAuto(objects(options['orderBy']), frame, frames);
      return withFields(frame, frame.fields.toSorted(compare));
    }
    const placed = frame.fields.map((field) => ({ field, at: place(field, frame) }));
    // Infinity less Infinity is no number: those without a place keep their order.
    placed.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
    return withFields(
      frame,
      placed.map(({ field }) => field),
    );
  });
};

function renamed(field: Field, name: string): Field {
  return { ...field, config: { ...field.config, displayName: name } };
}

export const rename: Transform = (frames, options) => {
  const byName = object(options['renameByName']);
  if (Object.keys(byName).length === 0) return frames;
  return frames.map((frame) =>
    withFields(
      frame,
      frame.fields.map((field) => {
        const name = byName[displayName(field, frame)] ?? byName[displayName(field, frame, frames)];
        return typeof name === 'string' && name !== '' ? renamed(field, name) : field;
      }),
    ),
  );
};

export const organize: Transform = (frames, options, context) => {
  const include = included(chosen(object(options['includeByName'])));
  const exclude = included(chosen(object(options['excludeByName'])));
  const kept = filtered(frames, include, exclude);
  return rename(order(kept, options, context), options, context);
};

/** Names, a pattern, both, or a variable that holds names. */
function nameRule(rule: Json | undefined, byVariable: boolean): FieldMatcher | undefined {
  if (!isObject(rule)) return undefined;
  const variable = text(rule['variable']);
  if (byVariable && variable !== '') {
    return included(variable.replace(/^\{(.*)\}$/s, '$1').split(','));
  }
  const names = namesOf(rule['names']);
  const pattern = text(rule['pattern']);
  if (pattern === '') return included(names);
  return fieldMatcher({ id: 'byRegexpOrNames', options: { pattern, names } });
}

export const filterFieldsByName: Transform = (frames, options) => {
  const byVariable = options['byVariable'] === true;
  const include = nameRule(options['include'], byVariable);
  return filtered(frames, include, nameRule(options['exclude'], byVariable));
};

function matcherOf(json: Json | undefined): FieldMatcher | undefined {
  if (!isObject(json)) return undefined;
  return fieldMatcher({ id: text(json['id']), options: json['options'] });
}

export const filterFields: Transform = (frames, options) =>
  filtered(frames, matcherOf(options['include']), matcherOf(options['exclude']));

/** Of frames: by query, or by any matcher of frames. */
function filterFramesBy(
  frames: readonly Frame[],
  include: ((frame: Frame) => boolean) | undefined,
  exclude: ((frame: Frame) => boolean) | undefined,
) {
  return frames.filter((frame) => exclude?.(frame) !== true && include?.(frame) !== false);
}

export const filterByRefId: Transform = (frames, options) => {
  const rule = (json: Json | undefined) =>
    json === undefined || json === null || json === '' || (isList(json) && json.length === 0)
      ? undefined
      : frameMatcher({ id: 'byRefId', options: json });
  return filterFramesBy(frames, rule(options['include']), rule(options['exclude']));
};

export const filterFrames: Transform = (frames, options) => {
  const rule = (json: Json | undefined) =>
    isObject(json) ? frameMatcher({ id: text(json['id']), options: json['options'] }) : undefined;
  return filterFramesBy(frames, rule(options['include']), rule(options['exclude']));
};

export const renameByRegex: Transform = (frames, options) => {
  const regex = text(options['regex'], '(.*)');
  const pattern = text(options['renamePattern'], '$1');
  return frames.map((frame) =>
    withFields(
      frame,
      frame.fields.map((field) => {
        const name = displayName(field, frame);
        if (!toPattern(regex).test(name)) return field;
        return renamed(field, name.replace(toReplacePattern(regex), pattern));
      }),
    ),
  );
};
