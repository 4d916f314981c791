// A dashboard for others: without what belongs to this server alone. With inputs, data sources
// become questions that the importing server asks.

import type { Dashboard, DataSourceRef, Json, JsonObject } from '../model';
import { cloneJson, draft, isDraft, remove, text, type Draft, type DraftValue } from './json';
import { toJson } from './save';
import { DASHBOARD, EXPRESSION, GRAFANA, MIXED, sourceRef } from './sources';

export interface ExportOptions {
  readonly withInputs: boolean;
  readonly sources: readonly {
    readonly uid: string;
    readonly name: string;
    readonly type: string;
    readonly isDefault: boolean;
  }[];
  /** Models of library panels by uid; they go into the file. */
  readonly library: ReadonlyMap<string, { readonly name: string; readonly model: JsonObject }>;
}

interface Input {
  readonly name: string;
  readonly label: string;
  readonly type: string;
}

const OWN = ['', MIXED, DASHBOARD, GRAFANA, EXPRESSION, 'grafana'];

function inputName(label: string): string {
  return `DS_${label.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}

class Inputs {
  readonly found = new Map<string, Input>();

  constructor(private readonly options: ExportOptions) {}

  /** Null: the reference goes out as it is. */
  of(ref: DataSourceRef): Input | null {
    const { uid } = ref;
    if (uid.includes('$') || (OWN.includes(uid) && uid !== '')) return null;
    const { sources } = this.options;
    const source =
      uid === ''
        ? sources.find((one) => one.isDefault && (ref.type === '' || one.type === ref.type))
        : (sources.find((one) => one.uid === uid) ?? sources.find((one) => one.name === uid));
    if (source === undefined && uid === '') return null;
    const type = source?.type ?? (ref.type === '' ? 'prometheus' : ref.type);
    const label = source?.name ?? uid;
    const there = this.found.get(label);
    if (there !== undefined) return there;
    const made = { name: inputName(label), label, type };
    this.found.set(label, made);
    return made;
  }
}

/** Every `datasource` in the file, wherever it stands. */
function replaceSources(value: DraftValue | undefined, inputs: Inputs): void {
  if (Array.isArray(value)) {
    for (const one of value) replaceSources(one, inputs);
  } else if (isDraft(value)) {
    const ref = value['datasource'];
    if (typeof ref === 'string' || isDraft(ref)) {
      const input = inputs.of(sourceRef(ref));
      if (input !== null) value['datasource'] = { type: input.type, uid: `\${${input.name}}` };
    }
    for (const [key, one] of Object.entries(value)) {
      if (key !== 'datasource') replaceSources(one, inputs);
    }
  }
}

/** A constant is asked for on import as well. */
function constantInputs(spec: Draft): Draft[] {
  const list = draft(spec['templating'])['list'];
  if (!Array.isArray(list)) return [];
  return list.filter(isDraft).flatMap((variable) => {
    if (variable['type'] !== 'constant') return [];
    const name = `VAR_${text(variable['name']).toUpperCase()}`;
    const value = text(variable['query']);
    const reference = `\${${name}}`;
    variable['query'] = reference;
    variable['current'] = { value: reference, text: reference, selected: false };
    variable['options'] = [{ value: reference, text: reference, selected: false }];
    const label = text(variable['label'], text(variable['name']));
    return [{ name, type: 'constant', label, value, description: '' }];
  });
}

function requires(spec: Draft, inputs: Inputs): Draft[] {
  const types = new Set<string>();
  const walk = (panels: Json | undefined) => {
    if (!Array.isArray(panels)) return;
    for (const panel of panels) {
      if (!isDraft(panel)) continue;
      const type = text(panel['type']);
      if (type !== '' && type !== 'row') types.add(type);
      walk(panel['panels']);
    }
  };
  walk(spec['panels']);
  const sources = new Set([...inputs.found.values()].map(({ type }) => type));
  const item = (type: string, id: string): Draft => ({ type, id, name: id, version: '' });
  return [
    ...[...sources].sort().map((id) => item('datasource', id)),
    ...[...types].sort().map((id) => item('panel', id)),
  ];
}

export function exportJson(d: Dashboard, options: ExportOptions): JsonObject {
  const spec = draft(cloneJson(toJson(d)));
  remove(spec, '__inputs', '__requires', '__elements', 'version', 'iteration');
  spec['id'] = null;
  if (!options.withInputs) return spec;
  const elements: Draft = {};
  for (const [uid, { name, model }] of options.library) {
    elements[uid] = { uid, name, kind: 1, model: draft(cloneJson(model)) };
  }
  const inputs = new Inputs(options);
  replaceSources(spec, inputs);
  replaceSources(elements, inputs);
  const asked = [...inputs.found.values()].map(({ name, label, type }): Draft => ({
    name,
    label,
    description: '',
    type: 'datasource',
    pluginId: type,
    pluginName: type === 'prometheus' ? 'Prometheus' : type,
  }));
  return {
    __inputs: [...asked, ...constantInputs(spec)],
    __elements: elements,
    __requires: requires(spec, inputs),
    ...spec,
  };
}
