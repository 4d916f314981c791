// Where a label set goes in the routing tree, as Alertmanager walks it.

import { matchesAll, parseMatchers, type Matcher } from './matchers';
import type { Labels } from './labels';

export interface RouteShape<T> {
  readonly id: string;
  readonly matchers: readonly string[];
  readonly continue: boolean;
  readonly children: readonly T[];
}

export interface Walk {
  /** Routes whose group it joins. */
  readonly ends: ReadonlySet<string>;
  /** Those and all on the way to them. */
  readonly path: ReadonlySet<string>;
}

function matchersOfRoute(texts: readonly string[]): readonly Matcher[] | null {
  const parsed = parseMatchers(texts.join(','));
  return parsed.ok ? parsed.matchers : null;
}

/** Depth first: the first child that takes it keeps it, unless it says to go on. */
export function walkRoutes<T extends RouteShape<T>>(root: T, labels: Labels): Walk {
  const ends = new Set<string>();
  const path = new Set<string>();
  const visit = (node: T, isRoot: boolean): boolean => {
    const matchers = matchersOfRoute(node.matchers);
    if (!isRoot && (matchers === null || !matchesAll(matchers, labels))) return false;
    path.add(node.id);
    let taken = false;
    for (const child of node.children) {
      if (!visit(child, false)) continue;
      taken = true;
      if (!child.continue) break;
    }
    if (!taken) ends.add(node.id);
    return true;
  };
  visit(root, true);
  return { ends, path };
}
