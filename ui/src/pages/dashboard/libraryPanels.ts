// Panels that are kept once for several dashboards: the dashboard says which and where, the library
// says what.

import { readPanel } from '../../dash/model/panel';
import { isObject } from '../../dash/model/json';
import type { Dashboard, JsonObject, Panel } from '../../dash/model';

type Fetch = (uid: string) => Promise<unknown>;

function isModel(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(panel: Panel, model: JsonObject): Panel {
  const { id, gridPos, libraryPanel, scopedVars } = panel;
  const found = readPanel(model);
  return {
    ...found,
    id,
    gridPos,
    libraryPanel,
    scopedVars,
    title: panel.title === '' ? found.title : panel.title,
    // What is saved stays a reference, not a copy.
    raw: panel.raw,
  };
}

function isBare({ libraryPanel, targets, raw }: Panel): boolean {
  return libraryPanel !== null && targets.length === 0 && !isObject(raw['options']);
}

/** What the library does not have stays as it is, and is shown as a panel without queries. */
export async function withLibraryPanels(dashboard: Dashboard, fetch: Fetch): Promise<Dashboard> {
  const all = dashboard.panels.flatMap((panel) => [panel, ...panel.panels]).filter(isBare);
  const uids = [...new Set(all.flatMap((panel) => panel.libraryPanel?.uid ?? []))];
  if (uids.length === 0) return dashboard;
  const models = new Map(
    await Promise.all(uids.map(async (uid) => [uid, await fetch(uid)] as const)),
  );
  const filled = (panel: Panel): Panel => {
    const model = isBare(panel) ? models.get(panel.libraryPanel?.uid ?? '') : undefined;
    const own = isModel(model) ? merge(panel, model) : panel;
    return own.panels.length === 0 ? own : { ...own, panels: own.panels.map(filled) };
  };
  return { ...dashboard, panels: dashboard.panels.map(filled) };
}
