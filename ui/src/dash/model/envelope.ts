// What a dashboard comes wrapped in: nothing, `{"dashboard": …}` of the API and of old exports, a
// Kubernetes-like resource of version 1 or 2. Looked through here, so that every door takes all.

import type { LoadedDashboard, LoadNote } from '../model';
import {
  cloneJson,
  draft,
  drafts,
  isDraft,
  isObject,
  number,
  objects,
  text,
  type Draft,
} from './json';

export interface Opened {
  readonly kind: 'v1' | 'v2';
  readonly spec: Draft;
  readonly notes: readonly LoadNote[];
}

function isV2(spec: Draft): boolean {
  return isDraft(spec['elements']) && isDraft(spec['layout']);
}

export function open(raw: unknown): Opened {
  let spec = draft(cloneJson(raw));
  const notes: LoadNote[] = [];
  for (let depth = 0; depth < 4; depth++) {
    const inner = spec['dashboard'];
    const resource = spec['spec'];
    if (isDraft(inner) && spec['panels'] === undefined && spec['rows'] === undefined) {
      spec = inner;
    } else if (
      isDraft(resource) &&
      (spec['kind'] !== undefined || spec['apiVersion'] !== undefined)
    ) {
      const name = text(draft(spec['metadata'])['name']);
      if (text(resource['uid']) === '' && name !== '') resource['uid'] = name;
      spec = resource;
    } else {
      break;
    }
  }
  if (!isObject(spec) || Object.keys(spec).length === 0) {
    notes.push({ where: 'file', text: 'This is not a dashboard: nothing in it could be read.' });
  }
  return { kind: isV2(spec) ? 'v2' : 'v1', spec, notes };
}

export function readInputs(spec: Draft): LoadedDashboard['inputs'] {
  return objects(spec['__inputs']).map((one) => ({
    name: text(one['name']),
    label: text(one['label'], text(one['name'])),
    description: text(one['description']),
    type: text(one['type'], 'datasource'),
    pluginId: text(one['pluginId']),
    value: text(one['value']),
  }));
}

/** Zero where the file does not say. */
export function schemaOf(spec: Draft): number {
  return number(spec['schemaVersion']) ?? 0;
}

/** Panels wherever they hide: on the dashboard, in rows that are closed, in rows of old. */
export function allPanels(spec: Draft): Draft[] {
  const found: Draft[] = [];
  const walk = (panels: readonly Draft[], depth: number) => {
    for (const panel of panels) {
      found.push(panel);
      if (depth < 4) walk(drafts(panel['panels']), depth + 1);
    }
  };
  walk(drafts(spec['panels']), 0);
  for (const row of drafts(spec['rows'])) walk(drafts(row['panels']), 1);
  return found;
}
