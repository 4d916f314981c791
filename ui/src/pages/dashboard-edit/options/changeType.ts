// A panel of another kind: what both kinds have in common stays, what only the old one knows goes.

import type { JsonObject, Panel } from '../../../dash/model';
import type { VizPlugin } from '../../../viz/types';
import { getAt, setAt } from './paths';

function rootsOf(plugin: VizPlugin): ReadonlySet<string> {
  return new Set([
    ...Object.keys(plugin.defaults),
    ...plugin.optionFields.map(({ path }) => path.split('.')[0] ?? ''),
  ]);
}

/** Only what `plugin` has a field for. */
function known(custom: JsonObject, plugin: VizPlugin): JsonObject {
  return plugin.customFields.reduce<JsonObject>((kept, { path }) => {
    const value = getAt(custom, path);
    return value === undefined ? kept : setAt(kept, path, value);
  }, {});
}

export function changeType(panel: Panel, plugin: VizPlugin): Panel {
  const roots = rootsOf(plugin);
  const { defaults, overrides } = panel.fieldConfig;
  const fields = new Set(plugin.customFields.map(({ path }) => `custom.${path}`));
  const knows = (id: string) =>
    !id.startsWith('custom.') ||
    fields.has(id) ||
    [...fields].some((one) => one.startsWith(`${id}.`));
  return {
    ...panel,
    type: plugin.type,
    options: Object.fromEntries(Object.entries(panel.options).filter(([key]) => roots.has(key))),
    fieldConfig: {
      defaults: { ...defaults, custom: known(defaults.custom, plugin) },
      overrides: overrides
        .map((one) => ({ ...one, properties: one.properties.filter(({ id }) => knows(id)) }))
        .filter(({ properties }) => properties.length > 0),
    },
  };
}
