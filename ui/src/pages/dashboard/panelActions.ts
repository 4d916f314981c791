// What the menu and the keys of a panel do.

import { removePanel } from '../../dash/model/save';
import type { Panel } from '../../dash/model';
import { remember } from '../../lib/storage';
import { vizFor } from '../../viz/registry';
import type { VizPlugin } from '../../viz/types';
import { HAS_EDITOR } from './editor';
import { exploreAddress, type MenuAction, type MenuFacts } from './menu';
import { hasLegend, optionsOf } from './pipeline';
import type { DashboardSession } from './session';

export function mayEdit(session: DashboardSession): boolean {
  const { frozen, meta } = session.deps;
  return HAS_EDITOR && !frozen && (meta.canEdit || meta.canSave);
}

function legendShown(session: DashboardSession, key: string, panel: Panel): boolean {
  const plugin = vizFor(panel.type);
  if (plugin === undefined) return false;
  const legend = optionsOf(panel, plugin, session.state.legends.get(key))['legend'];
  if (typeof legend !== 'object' || legend === null) return false;
  return (
    Reflect.get(legend, 'showLegend') !== false && Reflect.get(legend, 'displayMode') !== 'hidden'
  );
}

export function menuFacts(
  session: DashboardSession,
  key: string,
  panel: Panel,
  plugin: VizPlugin | undefined,
): MenuFacts {
  const { frozen } = session.deps;
  return {
    panel,
    viewed: session.viewed === key,
    mayEdit: mayEdit(session),
    mayExplore: !frozen,
    frozen,
    hasQueries:
      plugin?.skipsData !== true && (panel.targets.length > 0 || panel.snapshotData !== null),
    hasLegend: hasLegend(plugin),
    legendShown: legendShown(session, key, panel),
  };
}

/** The expressions of a panel with variables filled in. */
function expressions(session: DashboardSession, key: string): readonly string[] {
  const queries = session.runner.get(key).request?.queries ?? [];
  return queries.flatMap((query) => (typeof query['expr'] === 'string' ? [query['expr']] : []));
}

/** The data source of its first query; "" is this server. */
function sourceAsked(session: DashboardSession, key: string): string {
  const ref = session.runner.get(key).request?.queries[0]?.['datasource'];
  if (typeof ref !== 'object' || ref === null || !('uid' in ref)) return '';
  const { uid } = ref;
  const own = session.deps.sources.some((one) => one.uid === uid && one.own === true);
  return typeof uid === 'string' && !own ? uid : '';
}

export function runMenu(session: DashboardSession, key: string, action: MenuAction): void {
  const panel = session.findPanel(key);
  if (panel === undefined) return;
  switch (action) {
    case 'view':
      session.onAddress({ viewPanel: session.viewed === key ? '' : key });
      return;
    case 'edit':
      session.onAddress({ editPanel: key, viewPanel: '' });
      return;
    case 'alert':
      session.onNavigate(alertAddress(session, key));
      return;
    case 'explore': {
      const to = exploreAddress(
        expressions(session, key),
        session.runner.get(key).range,
        sourceAsked(session, key),
      );
      if (to !== null) session.onNavigate(to);
      return;
    }
    case 'inspect-data':
    case 'inspect-query':
    case 'inspect-stats':
    case 'inspect-json': {
      const tab = (
        {
          'inspect-data': 'data',
          'inspect-query': 'query',
          'inspect-stats': 'stats',
          'inspect-json': 'json',
        } as const
      )[action];
      session.open({ kind: 'inspect', panelKey: key, tab });
      return;
    }
    case 'share':
      session.open({ kind: 'share', panelKey: key });
      return;
    case 'legend': {
      const shown = legendShown(session, key, panel);
      session.store.set({ legends: new Map(session.state.legends).set(key, !shown) });
      return;
    }
    case 'duplicate':
      session.duplicatePanel(panel);
      return;
    case 'copy':
      remember('copied-panel', JSON.stringify(panel.raw));
      return;
    case 'remove':
      session.edit(
        (dashboard) => removePanel(dashboard, panel.id),
        `Removed “${panel.title === '' ? 'the panel' : panel.title}”`,
      );
      if (session.viewed === key) session.onAddress({ viewPanel: '' });
  }
}

/** The new-rule page with this panel's queries: it fetches the panel itself. */
function alertAddress(session: DashboardSession, key: string): string {
  const panel = session.findPanel(key);
  const params = new URLSearchParams({
    dashboardUid: session.state.dashboard.uid,
    panelId: String(panel?.id ?? 0),
  });
  const exprs = expressions(session, key);
  for (const expr of exprs) params.append('expr', expr);
  if (panel !== undefined && panel.title !== '') params.set('title', panel.title);
  return `/alerting/new?${params.toString()}`;
}
