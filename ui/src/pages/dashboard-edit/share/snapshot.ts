// A dashboard with its data, as it is seen at this moment: nothing in it is asked for again.

import type { Field, Frame } from '../../../dash/frame';
import type { Dashboard, Json, JsonObject, Panel, Variable } from '../../../dash/model';
import { cloneJson, draft, isDraft } from '../../../dash/model/json';
import { toJson } from '../../../dash/model/save';
import type { RawRange } from '../../../dash/time';

/** As stored files have frames: names, types, labels, what the query called it, and columns. */
export function frameJson(frame: Frame): JsonObject {
  const field = (one: Field): JsonObject => {
    const { displayName, displayNameFromDS, interval, unit } = one.config;
    const config = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(displayNameFromDS === undefined ? {} : { displayNameFromDS }),
      ...(interval === undefined ? {} : { interval }),
      ...(unit === undefined ? {} : { unit }),
    };
    return {
      name: one.name,
      type: one.type,
      ...(one.labels === undefined ? {} : { labels: { ...one.labels } }),
      config,
      values: one.values.map(valueJson),
    };
  };
  const meta = frame.meta === undefined ? undefined : cloneJson({ type: frame.meta.type });
  return {
    ...(frame.refId === undefined ? {} : { refId: frame.refId }),
    ...(frame.name === undefined ? {} : { name: frame.name }),
    ...(meta === undefined ? {} : { meta }),
    fields: frame.fields.map(field),
  };
}

/** JSON has no numbers that are not finite. */
function valueJson(value: unknown): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return cloneJson(value) ?? null;
}

function fixed(variable: Variable, chosen: ReadonlyMap<string, Chosen>): Variable {
  const now = chosen.get(variable.name);
  const current = now ?? variable.current;
  const options = current.value.map((value, i) => ({ value, text: current.text[i] ?? value }));
  return { ...variable, current, options, refresh: 0 };
}

interface Chosen {
  readonly value: readonly string[];
  readonly text: readonly string[];
}

export interface SnapshotInput {
  readonly dashboard: Dashboard;
  /** As shown: repeats made. */
  readonly panels: readonly Panel[];
  readonly framesOf: (panel: Panel) => readonly Frame[];
  /** Of the moment, never relative. */
  readonly range: { readonly from: number; readonly to: number };
  readonly chosen: ReadonlyMap<string, Chosen>;
}

/** Of repeats each one becomes a panel of its own, with what the repeat set written into it. */
function frozen(panels: readonly Panel[], framesOf: SnapshotInput['framesOf']): readonly Panel[] {
  let next = panels
    .flatMap((one) => [one, ...one.panels])
    .reduce((m, { id }) => Math.max(m, id), 0);
  const seen = new Set<number>();
  const freeze = (panel: Panel): Panel => {
    const taken = seen.has(panel.id);
    const id = taken ? ++next : panel.id;
    seen.add(id);
    return {
      ...panel,
      id,
      title: spelled(panel.title, panel.scopedVars),
      repeat: '',
      libraryPanel: null,
      datasource: { type: 'grafana', uid: '-- Grafana --' },
      targets: [],
      snapshotData: panel.type === 'row' ? null : framesOf(panel).map(frameJson),
      panels: panel.panels.map(freeze),
    };
  };
  return panels.map(freeze);
}

/** `$name`, `${name}` and `[[name]]` of what a repeat set. */
export function spelled(text: string, scoped: Panel['scopedVars']): string {
  return Object.entries(scoped).reduce(
    (all, [name, { text: words }]) =>
      all.replace(
        new RegExp(`\\$${name}\\b|\\$\\{${name}(?::\\w+)?\\}|\\[\\[${name}\\]\\]`, 'g'),
        () => words,
      ),
    text,
  );
}

export function snapshotJson(input: SnapshotInput): JsonObject {
  const { dashboard, range, chosen } = input;
  const raw: RawRange = {
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
  };
  const json = draft(
    cloneJson(
      toJson({
        ...dashboard,
        time: raw,
        refresh: '',
        links: [],
        variables: dashboard.variables.map((one) => fixed(one, chosen)),
        annotations: [],
        panels: frozen(input.panels, input.framesOf),
      }),
    ),
  );
  json['id'] = null;
  json['snapshot'] = { timestamp: raw.to };
  // Queries may name what is nobody's business who only gets the snapshot.
  const templating = draft(json['templating']);
  const variables = Array.isArray(templating['list']) ? templating['list'].filter(isDraft) : [];
  for (const variable of variables) {
    variable['query'] = '';
    variable['definition'] = '';
    variable['datasource'] = null;
  }
  return json;
}

export const EXPIRES = [
  { value: '3600', name: '1 hour' },
  { value: '86400', name: '1 day' },
  { value: '604800', name: '7 days' },
  { value: '2592000', name: '30 days' },
  { value: '0', name: 'Never' },
];

/** The server writes a far day, or the zero time, where it is kept for good. */
export function forever(expires: string): boolean {
  const ms = Date.parse(expires);
  return Number.isNaN(ms) || ms <= 0 || ms > Date.now() + 20 * 365 * 86_400_000;
}
