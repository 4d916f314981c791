// Which of all alert rules belong to a panel: those that say so, and those of rule files that ask
// the same.

import type { OverviewRule } from '../../../api/grafana/alerting';
import type { Panel } from '../../../dash/model';
import type { Tone } from '../../../parts/StateBadge';

const squeezed = (text: string): string => text.replace(/\s+/g, '');

export function rulesOfPanel(
  rules: readonly OverviewRule[],
  dashboardUid: string,
  panel: Pick<Panel, 'id' | 'targets'>,
): readonly OverviewRule[] {
  const asked = panel.targets.map(({ expr }) => squeezed(expr)).filter((expr) => expr !== '');
  return rules.filter((rule) => {
    if (rule.dashboardUid !== '') {
      return rule.dashboardUid === dashboardUid && rule.panelId === panel.id;
    }
    const query = squeezed(rule.query);
    return query !== '' && asked.some((expr) => query.includes(expr));
  });
}

export function stateTone(state: string): Tone {
  if (state === 'firing') return 'bad';
  return state === 'pending' || state === 'recovering' ? 'warn' : 'ok';
}
