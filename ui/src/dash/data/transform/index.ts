// A panel's transformations, run in order over its frames. Those that few dashboards use are loaded
// when one does: whoever finds `needsRare` waits for `loadRare` first.

import type { Frame } from '../../frame';
import type { Json, JsonObject, Transformation } from '../../model';
import { isList, isObject } from '../../model/json';
import { frameMatcher } from '../matchers';
import { calculateField } from './calculate';
import { TRANSFORMERS, transformerInfo } from './catalogue';
import { convertFieldType, formatString, formatTime } from './convert';
import {
  filterByRefId,
  filterFields,
  filterFieldsByName,
  filterFrames,
  order,
  organize,
  rename,
  renameByRegex,
} from './fields';
import { groupBy, reduce } from './groups';
import { ensureColumns, joinByField } from './join';
import { labelsToFields } from './labels';
import { concatenate, filterByValue, limit, merge, seriesToRows, sortBy } from './rows';
import { withNotice, type Transform, type TransformContext } from './types';

export { TRANSFORMERS, transformerInfo };
export type { TransformContext };
export type { TransformerInfo } from './catalogue';

const core: Readonly<Record<string, Transform>> = {
  calculateField,
  concatenate,
  convertFieldType,
  ensureColumns,
  filterByRefId,
  filterByValue,
  filterFields,
  filterFieldsByName,
  filterFrames,
  formatString,
  formatTime,
  groupBy,
  joinByField,
  labelsToFields,
  limit,
  merge,
  noop: (frames) => frames,
  order,
  organize,
  reduce,
  rename,
  renameByRegex,
  seriesToColumns: joinByField,
  seriesToRows,
  sortBy,
};

let rareOnes: Readonly<Record<string, Transform>> = {};

/** Whether any of these is one that `loadRare` brings. */
export function needsRare(transformations: readonly Transformation[]): boolean {
  return transformations.some(
    ({ id, disabled }) =>
      !disabled && transformerInfo(id)?.rare === true && !Object.hasOwn(rareOnes, id),
  );
}

export async function loadRare(): Promise<void> {
  rareOnes = (await import('./rare')).RARE;
}

/** What dashboards of elsewhere may hold and we have no use for. */
const NOT_HERE: Readonly<Record<string, string>> = {
  fieldLookup: 'looks fields up in tables of places',
  spatial: 'works on maps',
  convertFrameType: 'makes exemplars',
};

function run(
  frames: readonly Frame[],
  { id, options }: Transformation,
  context: TransformContext,
): readonly Frame[] {
  const own = Object.hasOwn(core, id) ? core[id] : undefined;
  const transform = own ?? (Object.hasOwn(rareOnes, id) ? rareOnes[id] : undefined);
  if (transform === undefined) {
    const why = Object.hasOwn(NOT_HERE, id) ? NOT_HERE[id] : undefined;
    const known = transformerInfo(id) !== undefined;
    const text = known
      ? `The transformation "${id}" is not loaded yet.`
      : `The transformation "${id}" ${why ?? 'is not known'}: it was left out.`;
    return withNotice(frames, text);
  }
  const defaults = transformerInfo(id)?.defaults ?? {};
  try {
    return transform(frames, filled({ ...defaults, ...options }, context), context);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return withNotice(frames, `The transformation "${id}" failed: ${text}`);
  }
}

/** Texts of the options with their variables filled in; names of keys stay. */
function filled(options: JsonObject, context: TransformContext): JsonObject {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, fill(value, context)]),
  );
}

function fill(json: Json | undefined, context: TransformContext): Json | undefined {
  if (typeof json === 'string') return json.includes('$') ? context.interpolate(json) : json;
  if (isList(json)) return json.map((item) => fill(item, context) ?? null);
  return isObject(json) ? filled(json, context) : json;
}

/** Those that a filter leaves out keep their place around what came of the others. */
function runFiltered(
  frames: readonly Frame[],
  transformation: Transformation,
  context: TransformContext,
): readonly Frame[] {
  const { filter } = transformation;
  const fits = filter === undefined ? undefined : frameMatcher(filter);
  const mine = fits === undefined ? frames : frames.filter(fits);
  if (fits === undefined || mine.length === frames.length) {
    return run(frames, transformation, context);
  }
  const first = frames.findIndex(fits);
  const others = (frame: Frame) => !fits(frame);
  return [
    ...frames.slice(0, Math.max(0, first)).filter(others),
    ...run(mine, transformation, context),
    ...frames.slice(Math.max(0, first)).filter(others),
  ];
}

export function transformFrames(
  frames: readonly Frame[],
  transformations: readonly Transformation[],
  context: TransformContext,
): readonly Frame[] {
  return transformations
    .filter(({ disabled, topic }) => !disabled && (topic ?? 'series') === 'series')
    .reduce((before, transformation) => runFiltered(before, transformation, context), frames);
}
