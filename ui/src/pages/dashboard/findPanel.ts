import type { Panel } from '../../dash/model';
import { panelKey } from '../../dash/model/repeat';

/** Also within closed rows. */
export function findPanel(panels: readonly Panel[], key: string): Panel | undefined {
  for (const panel of panels) {
    if (panelKey(panel) === key && panel.type !== 'row') return panel;
    const inside = panel.panels.find((one) => panelKey(one) === key);
    if (inside !== undefined) return inside;
  }
  return undefined;
}
