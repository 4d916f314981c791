// Rows with what belongs to them, moved as one.

import type { Dashboard, Panel } from '../../../dash/model';
import { bottomOf, sectionsOf } from '../../../dash/model/layout';

export function panelsOfRow(dashboard: Pick<Dashboard, 'panels'>, id: number): readonly Panel[] {
  return sectionsOf(dashboard.panels).find(({ row }) => row?.id === id)?.panels ?? [];
}

/** Past the section above or below; what stands before the first row stays there. */
export function moveSection(dashboard: Dashboard, id: number, by: -1 | 1): Dashboard {
  const sections = sectionsOf(dashboard.panels);
  const from = sections.findIndex(({ row }) => row?.id === id);
  const to = from + by;
  const other = sections[to];
  const own = sections[from];
  if (own === undefined || other?.row === null || other === undefined) return dashboard;
  const order = sections.with(from, other).with(to, own);
  let top = 0;
  const panels = order.flatMap(({ row, panels: inside }) => {
    const held = row?.collapsed === true ? [] : inside;
    const all = row === null ? held : [row, ...held];
    const first = all.reduce((least, { gridPos }) => Math.min(least, gridPos.y), Infinity);
    const moved = all.map((panel) => ({
      ...panel,
      gridPos: { ...panel.gridPos, y: panel.gridPos.y - first + top },
    }));
    top = Math.max(top, bottomOf(moved));
    return moved;
  });
  return { ...dashboard, panels };
}
