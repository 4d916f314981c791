import type { ActiveTarget, TargetHealth, Targets } from '../../api/targets';
import { matchesFilter, parseFilter } from '../../lib/filter';

export interface Pool {
  readonly name: string;
  readonly targets: readonly ActiveTarget[];
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
  /** How many the filter leaves. */
  readonly shown: readonly ActiveTarget[];
}

export type HealthFilter = TargetHealth | 'all';

export function countHealth(targets: readonly ActiveTarget[]): Record<HealthFilter, number> {
  const counts = { all: targets.length, up: 0, down: 0, unknown: 0 };
  for (const target of targets) counts[target.health]++;
  return counts;
}

// The server's order may differ from answer to answer; on the page nothing jumps.
function byAddress(a: ActiveTarget, b: ActiveTarget): number {
  return a.scrapeUrl.localeCompare(b.scrapeUrl, undefined, { numeric: true });
}

/** The pools in the order of their names, those without anything to show left out. */
export function groupPools(targets: Targets, filter: string, health: HealthFilter): Pool[] {
  const byName = new Map<string, ActiveTarget[]>();
  for (const target of targets.activeTargets) {
    const pool = byName.get(target.scrapePool);
    if (pool === undefined) byName.set(target.scrapePool, [target]);
    else pool.push(target);
  }
  const terms = parseFilter(filter);
  return [...byName.entries()]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, all]): Pool => {
      const { up, down, unknown } = countHealth(all);
      const shown = all
        .sort(byAddress)
        .filter(
          (target) =>
            (health === 'all' || target.health === health) &&
            matchesFilter(terms, target.labels, [
              target.scrapePool,
              target.scrapeUrl,
              target.lastError,
            ]),
        );
      return { name, targets: all, up, down, unknown, shown };
    })
    .filter((pool) => pool.shown.length > 0);
}
