// Panels that come onto a dashboard: new ones, copied ones.

import type { JsonObject, Panel } from '../../dash/model';
import { cloneJson, isDraft } from '../../dash/model/json';
import { loadPanel } from '../../dash/model/load';
import { addPanel, newPanel, nextPanelId } from '../../dash/model/save';
import { recall } from '../../lib/storage';
import type { DashboardSession } from '../dashboard/session';
import { newTarget } from './panel/targets';

/** A time series over the default data source, opened at once. */
export function addVisualization(session: DashboardSession): void {
  const source = session.deps.sources.find((one) => one.isDefault) ?? session.deps.sources[0];
  const datasource =
    source === undefined ? { type: '', uid: '' } : { type: source.type, uid: source.uid };
  const id = nextPanelId(session.state.dashboard);
  const panel = newPanel('timeseries', {
    title: 'New panel',
    datasource,
    targets: [{ ...newTarget([], datasource), legendFormat: '__auto' }],
  });
  session.edit((all) => addPanel(all, panel));
  session.onAddress({ editPanel: `panel-${id}`, viewPanel: '' });
}

/** Null: nothing was copied, or nothing that is a panel. */
export function readCopied(text: string | null): JsonObject | null {
  if (text === null) return null;
  try {
    const copied = cloneJson(JSON.parse(text));
    return isDraft(copied) && typeof copied['type'] === 'string' ? copied : null;
  } catch {
    return null;
  }
}

export function pasted(panel: Panel): Panel {
  return { ...panel, id: 0, scopedVars: {} };
}

export async function paste(session: DashboardSession): Promise<void> {
  const raw = readCopied(recall('copied-panel'));
  const panel = raw === null ? null : await loadPanel(raw);
  if (panel === null) return;
  session.edit((all) => addPanel(all, pasted(panel)), `Pasted “${panel.title}”`);
}
