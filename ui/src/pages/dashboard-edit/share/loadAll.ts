// Panels ask for their data when they are first seen. A snapshot wants all of it: what was never
// seen is asked for here, and waited for.

import { panelKey } from '../../../dash/model/repeat';
import { vizFor } from '../../../viz/registry';
import type { DashboardSession } from '../../dashboard/session';

const WIDTH = 800;
const PATIENCE_MS = 30_000;

export async function waitForData(session: DashboardSession): Promise<void> {
  const { runner } = session;
  const missing = session.state.panels
    .flatMap((panel) => [panel, ...panel.panels])
    .filter(
      (panel) =>
        panel.type !== 'row' &&
        panel.targets.length > 0 &&
        vizFor(panel.type)?.skipsData !== true &&
        runner.get(panelKey(panel)).loadedAt === null,
    );
  if (missing.length === 0) return;
  const asked = missing.filter((panel) => runner.get(panelKey(panel)).state !== 'loading');
  for (const panel of asked) runner.want(panelKey(panel), panel, WIDTH);
  const done = Promise.all(missing.map((panel) => settled(session, panelKey(panel))));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([done, late]);
  for (const panel of asked) runner.drop(panelKey(panel));
}

function settled(session: DashboardSession, key: string): Promise<void> {
  const { runner } = session;
  const over = () => {
    const { state } = runner.get(key);
    return state === 'done' || state === 'error';
  };
  return new Promise((resolve) => {
    if (over()) {
      resolve();
      return;
    }
    const stop = runner.subscribe(key, () => {
      if (!over()) return;
      stop();
      resolve();
    });
  });
}
