// What the menu of a panel offers, and when. Pure rules; PanelMenu.tsx draws them.

import { SOURCE_PARAM } from '../../api/source';
import type { Panel } from '../../dash/model';

export type MenuAction =
  | 'view'
  | 'edit'
  | 'explore'
  | 'inspect-data'
  | 'inspect-query'
  | 'inspect-stats'
  | 'inspect-json'
  | 'share'
  | 'alert'
  | 'duplicate'
  | 'copy'
  | 'legend'
  | 'remove';

export interface MenuItem {
  readonly action: MenuAction;
  readonly name: string;
  readonly keys?: string;
  readonly group: 'look' | 'inspect' | 'more' | 'remove';
}

export interface MenuFacts {
  readonly panel: Panel;
  /** Shown alone at this moment. */
  readonly viewed: boolean;
  /** Who looks may change this dashboard, and there is an editor for it. */
  readonly mayEdit: boolean;
  readonly mayExplore: boolean;
  /** A snapshot or a public page: nothing behind it. */
  readonly frozen: boolean;
  readonly hasQueries: boolean;
  readonly hasLegend: boolean;
  readonly legendShown: boolean;
}

export function menuOf(facts: MenuFacts): readonly MenuItem[] {
  const { panel, viewed, frozen, hasQueries } = facts;
  // A repeated panel is its original's: what changes one changes them all.
  const clone = Object.keys(panel.scopedVars).length > 0;
  const items: (MenuItem | false)[] = [
    {
      action: 'view',
      name: viewed ? 'Back to the dashboard' : 'View',
      keys: 'v',
      group: 'look',
    },
    facts.mayEdit && { action: 'edit', name: 'Edit', keys: 'e', group: 'look' },
    !frozen && { action: 'share', name: 'Share', keys: 'p s', group: 'look' },
    hasQueries &&
      facts.mayExplore && { action: 'explore', name: 'Explore', keys: 'p x', group: 'look' },
    hasQueries && { action: 'inspect-data', name: 'Data', keys: 'i', group: 'inspect' },
    hasQueries && !frozen && { action: 'inspect-query', name: 'Query', group: 'inspect' },
    hasQueries && { action: 'inspect-stats', name: 'Statistics', group: 'inspect' },
    { action: 'inspect-json', name: 'Panel JSON', group: 'inspect' },
    facts.mayEdit && hasQueries && { action: 'alert', name: 'New alert rule', group: 'more' },
    facts.hasLegend && {
      action: 'legend',
      name: facts.legendShown ? 'Hide legend' : 'Show legend',
      keys: 'p l',
      group: 'more',
    },
    facts.mayEdit &&
      !clone && { action: 'duplicate', name: 'Duplicate', keys: 'p d', group: 'more' },
    facts.mayEdit && { action: 'copy', name: 'Copy', group: 'more' },
    facts.mayEdit && !clone && { action: 'remove', name: 'Remove', keys: 'p r', group: 'remove' },
  ];
  return items.filter((item) => item !== false);
}

/** The address of the query page with these expressions; null where none is PromQL. */
export function exploreAddress(
  exprs: readonly string[],
  range: { readonly from: number; readonly to: number },
  source = '',
): string | null {
  const asked = exprs.filter((expr) => expr.trim() !== '');
  if (asked.length === 0) return null;
  const params = new URLSearchParams();
  const seconds = Math.max(1, Math.round((range.to - range.from) / 1000));
  asked.forEach((expr, i) => {
    params.set(`g${i}.expr`, expr);
    params.set(`g${i}.tab`, 'graph');
    params.set(`g${i}.range_input`, `${seconds}s`);
    params.set(`g${i}.end_input`, new Date(range.to).toISOString().slice(0, 19).replace('T', ' '));
  });
  if (source !== '') params.set(SOURCE_PARAM, source);
  return `/query?${params.toString()}`;
}
