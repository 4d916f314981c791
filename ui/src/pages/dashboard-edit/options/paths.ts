// Dotted paths into JSON that is never written on: "legend.placement" of the options of a panel.

import type { Json, JsonObject } from '../../../dash/model';
import { isObject } from '../../../dash/model/json';

export function getAt(root: JsonObject, path: string): Json | undefined {
  // Some files have the whole path as one key.
  if (path in root) return root[path];
  let here: Json | undefined = root;
  for (const key of path.split('.')) {
    if (!isObject(here)) return undefined;
    here = here[key];
  }
  return here;
}

function without(root: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(root).filter(([name]) => name !== key));
}

/** The same with this value there; undefined takes it out, and what is empty then with it. */
export function setAt(root: JsonObject, path: string, value: Json | undefined): JsonObject {
  if (path in root) return value === undefined ? without(root, path) : { ...root, [path]: value };
  const [key = '', ...rest] = path.split('.');
  if (rest.length === 0)
    return value === undefined ? without(root, key) : { ...root, [key]: value };
  const inner = root[key];
  const next = setAt(isObject(inner) ? inner : {}, rest.join('.'), value);
  if (value === undefined && Object.keys(next).length === 0) return without(root, key);
  return { ...root, [key]: next };
}
