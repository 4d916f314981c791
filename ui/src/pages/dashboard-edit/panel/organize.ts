// The options of "organize": which columns are hidden, how they are called, in what order.

import type { JsonObject } from '../../../dash/model';
import { number, object, text } from '../../../dash/model/json';

export interface OrganizedField {
  readonly name: string;
  readonly hidden: boolean;
  readonly rename: string;
}

/** All fields there are, in the order that the options give them. */
export function organized(
  options: JsonObject,
  names: readonly string[],
): readonly OrganizedField[] {
  const index = object(options['indexByName']);
  const hidden = object(options['excludeByName']);
  const renamed = object(options['renameByName']);
  const at = (name: string, i: number) => number(index[name]) ?? names.length + i;
  return names
    .map((name, i) => ({ name, at: at(name, i) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ name }) => ({
      name,
      hidden: hidden[name] === true,
      rename: text(renamed[name]),
    }));
}

export function withHidden(options: JsonObject, name: string, hide: boolean): JsonObject {
  const excludeByName = { ...object(options['excludeByName']), [name]: hide };
  return { ...options, excludeByName };
}

export function withName(options: JsonObject, name: string, rename: string): JsonObject {
  const all = Object.entries(object(options['renameByName'])).filter(([key]) => key !== name);
  const renameByName = Object.fromEntries(rename === '' ? all : [...all, [name, rename]]);
  return { ...options, renameByName };
}

export function withOrder(options: JsonObject, names: readonly string[]): JsonObject {
  const indexByName = Object.fromEntries(names.map((name, i) => [name, i]));
  return { ...options, indexByName };
}
