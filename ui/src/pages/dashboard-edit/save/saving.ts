// What is sent to be saved, and what is told of it before.

import type { Dashboard, Json, JsonObject } from '../../../dash/model';
import { diffDashboards, type Change } from '../../../dash/model/diff';
import { exportJson } from '../../../dash/model/export';
import { isObject, list, object, sameJson, text } from '../../../dash/model/json';
import { toJson } from '../../../dash/model/save';
import type { RawRange } from '../../../dash/time';

/** As the file names it; the model is the library's. */
function reference(json: JsonObject): JsonObject {
  const kept = ['id', 'gridPos', 'libraryPanel', 'title', 'repeat', 'repeatDirection', 'maxPerRow'];
  return Object.fromEntries(Object.entries(json).filter(([key]) => kept.includes(key)));
}

function withReferences(panels: Json | undefined): Json[] {
  return list(panels).map((panel) => {
    if (!isObject(panel)) return panel;
    if (isObject(panel['libraryPanel'])) return reference(panel);
    return panel['panels'] === undefined
      ? panel
      : { ...panel, panels: withReferences(panel['panels']) };
  });
}

/** Panels of the library go as references. */
export function savedJson(dashboard: Dashboard): JsonObject {
  const json = toJson(dashboard);
  return { ...json, panels: withReferences(json['panels']) };
}

/** For a file under version control: as it is saved, without what belongs to this server alone. */
export function fileJson(dashboard: Dashboard): JsonObject {
  const json = exportJson(dashboard, { withInputs: false, sources: [], library: new Map() });
  return { ...json, panels: withReferences(json['panels']) };
}

/** What differs is more than the object: a change that was taken back is none. */
export function isDirty(saved: Dashboard, now: Dashboard): boolean {
  return saved !== now && !sameJson(savedJson(saved), savedJson(now));
}

export interface Defaults {
  readonly time: RawRange | null;
  readonly refresh: string | null;
  /** By name, what is chosen now. */
  readonly values: ReadonlyMap<string, Chosen> | null;
}

export interface Chosen {
  readonly value: readonly string[];
  readonly text: readonly string[];
}

/** What is seen now as what the dashboard opens with. */
export function withDefaults(dashboard: Dashboard, { time, refresh, values }: Defaults): Dashboard {
  const variables =
    values === null
      ? dashboard.variables
      : dashboard.variables.map((one) => {
          const current = values.get(one.name);
          return current === undefined || sameJson(current, one.current)
            ? one
            : { ...one, current };
        });
  return {
    ...dashboard,
    ...(time === null ? {} : { time: { from: time.from, to: time.to } }),
    ...(refresh === null ? {} : { refresh }),
    variables,
  };
}

/** One that is new wherever it goes. */
export function copyOf(dashboard: Dashboard, title: string): Dashboard {
  return { ...dashboard, id: null, uid: '', version: 0, title };
}

/** After the server took it. */
export function afterSave(
  dashboard: Dashboard,
  saved: { readonly uid: string; readonly version: number },
): Dashboard {
  return { ...dashboard, uid: saved.uid, version: saved.version };
}

export type Refusal = 'changed' | 'name' | 'provisioned' | 'other';

/** Why a save was refused, by what the server says beside its words. */
export function refusalOf(status: number, body: unknown, message: string): Refusal {
  const said: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'status') : undefined;
  if (said === 'version-mismatch') return 'changed';
  if (said === 'name-exists') return 'name';
  if (/provisioned/i.test(message)) return 'provisioned';
  return status === 412 ? 'changed' : 'other';
}

export interface ChangeGroup {
  readonly title: string;
  readonly changes: readonly Change[];
}

/** By panel, variable, or the dashboard itself; in the order in which they came. */
export function grouped(changes: readonly Change[]): readonly ChangeGroup[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const [first = '', ...rest] = change.path.split(' › ');
    const own = rest.length > 0 || /[“”]/.test(first);
    const title = own ? first : 'Dashboard';
    const shown = own ? { ...change, path: rest.join(' › ') } : change;
    groups.set(title, [...(groups.get(title) ?? []), shown]);
  }
  return [...groups].map(([title, list_]) => ({ title, changes: list_ }));
}

export function changesOf(before: Dashboard, after: Dashboard): readonly Change[] {
  return diffDashboards(before, after);
}

/** A short value as a person reads it; a long one by its size. */
export function valueWords(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'nothing' : clip(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) {
    const flat = value.every((one) => typeof one !== 'object');
    if (flat && value.length > 0 && value.length < 6) return clip(value.join(', '));
    return value.length === 0
      ? 'nothing'
      : `${value.length} ${value.length === 1 ? 'entry' : 'entries'}`;
  }
  return clip(JSON.stringify(value));
}

const LONGEST = 90;

function clip(words: string): string {
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

/** "moved right" and the like. */
export function placeWords(before: Json | undefined, after: Json | undefined): string {
  const [a, b] = [object(before), object(after)];
  const moved = a['x'] !== b['x'] || a['y'] !== b['y'];
  const sized = a['w'] !== b['w'] || a['h'] !== b['h'];
  const size = `${text(b['w'])} × ${text(b['h'])}`;
  if (moved && sized) return `moved and resized to ${size}`;
  return sized ? `resized to ${size}` : 'moved';
}
