// The plan of a query as measured, laid out as the rows of a tree.

import { formatFull } from './units';

export interface PlanNode {
  readonly operator: string;
  readonly label: string;
  readonly expr: string;
  /** Offsets into the query. */
  readonly from: number;
  readonly to: number;
  readonly details: readonly string[];
  readonly series: number;
  readonly points: number;
  readonly samplesRead: number;
  /** With all that is below. */
  readonly seconds: number;
  readonly selfSeconds: number;
  readonly memoryBytes: number;
  readonly children: readonly PlanNode[];
}

export interface PlanRow {
  readonly node: PlanNode;
  /** Stays with the node while rows open and close: `0.1.0`. */
  readonly key: string;
  readonly depth: number;
  /** For each level above its own: whether the line of that level goes on below this row. */
  readonly lines: readonly boolean[];
  readonly last: boolean;
  /** The time of its own; a closed row counts what it hides. */
  readonly seconds: number;
  /** The same of the time of the whole query, from 0 to 1. */
  readonly share: number;
  /** From 1, among its siblings. */
  readonly place: number;
  readonly siblings: number;
  /** Null for what has nothing below. */
  readonly open: boolean | null;
}

/** Small plans are shown whole. */
const SMALL_PLAN = 14;
const COLD_SHARE = 0.05;

function walk(node: PlanNode, key: string, visit: (node: PlanNode, key: string) => void): void {
  visit(node, key);
  node.children.forEach((child, i) => walk(child, `${key}.${i}`, visit));
}

/** Parts run beside each other, so that shares are of the sum of all parts, not of the clock. */
export function sumOfParts(plan: PlanNode): number {
  let sum = 0;
  walk(plan, '0', (node) => (sum += Math.max(0, node.selfSeconds)));
  return sum;
}

export function planRows(plan: PlanNode, closed: ReadonlySet<string>): PlanRow[] {
  const total = sumOfParts(plan);
  const rows: PlanRow[] = [];
  const add = (node: PlanNode, above: PlanRow | null, index: number, siblings: number): void => {
    const key = above === null ? '0' : `${above.key}.${index}`;
    const open = node.children.length === 0 ? null : !closed.has(key);
    const own = open === false ? sumOfParts(node) : Math.max(0, node.selfSeconds);
    const row: PlanRow = {
      node,
      key,
      depth: above === null ? 0 : above.depth + 1,
      lines: above === null || above.depth === 0 ? [] : [...above.lines, !above.last],
      last: index === siblings - 1,
      seconds: own,
      share: total > 0 ? own / total : 0,
      place: index + 1,
      siblings,
      open,
    };
    rows.push(row);
    if (open === true)
      node.children.forEach((child, i) => add(child, row, i, node.children.length));
  };
  add(plan, null, 0, 1);
  return rows;
}

/** From the root down, each time into the part that takes the longest. */
export function hottestPath(plan: PlanNode): string[] {
  const path = ['0'];
  let node = plan;
  for (;;) {
    let best = -1;
    let most = -1;
    node.children.forEach((child, i) => {
      const time = sumOfParts(child);
      if (time > most) [best, most] = [i, time];
    });
    const next = node.children[best];
    if (next === undefined) return path;
    path.push(`${path.at(-1) ?? ''}.${best}`);
    node = next;
  }
}

/** What a large plan keeps closed at first: what is off the hottest path and takes little. */
export function closedAtFirst(plan: PlanNode): Set<string> {
  const closed = new Set<string>();
  let count = 0;
  walk(plan, '0', () => count++);
  if (count <= SMALL_PLAN) return closed;
  const hot = new Set(hottestPath(plan));
  const total = sumOfParts(plan);
  walk(plan, '0', (node, key) => {
    const cold = sumOfParts(node) < COLD_SHARE * total;
    if (node.children.length > 0 && !hot.has(key) && cold) closed.add(key);
  });
  return closed;
}

export interface Slowest {
  readonly key: string;
  readonly node: PlanNode;
  readonly share: number;
}

export function slowestPart(plan: PlanNode): Slowest | null {
  const total = sumOfParts(plan);
  let found: Slowest | null = null;
  walk(plan, '0', (node, key) => {
    const share = total > 0 ? node.selfSeconds / total : 0;
    if (share > (found?.share ?? 0)) found = { key, node, share };
  });
  return found;
}

export function formatShare(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 1 ? '< 1 %' : `${Math.round(percent)} %`;
}

/** What a part does, in words: `reading 48 000 series`. */
export function workOf(node: PlanNode): string {
  const counted = (n: number) => `${formatFull(n)} series`;
  const taken = Math.max(0, ...node.children.map((child) => child.series));
  switch (node.operator) {
    case 'result':
      return 'preparing the query and putting the answer together';
    case 'selector':
    case 'range':
      return node.series > 0 ? `reading ${counted(node.series)}` : `looking for ${node.label}`;
    case 'join':
    case 'set':
      return `matching ${counted(taken)} with the other side`;
    case 'arithmetic':
    case 'comparison':
      return `computing ${node.label} for ${counted(taken)}`;
    default:
      return taken > 0 ? `${node.label} over ${counted(taken)}` : node.label;
  }
}
