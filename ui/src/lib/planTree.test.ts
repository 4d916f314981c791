import { describe, expect, it } from 'vitest';
import {
  closedAtFirst,
  formatShare,
  hottestPath,
  planRows,
  slowestPart,
  workOf,
  type PlanNode,
} from './planTree';

function node(label: string, selfSeconds: number, children: PlanNode[] = [], series = 1): PlanNode {
  return {
    operator: label.startsWith('read') ? 'selector' : label,
    label,
    expr: label,
    from: 0,
    to: 1,
    details: [],
    series,
    points: 0,
    samplesRead: 0,
    seconds: children.reduce((sum, child) => sum + child.seconds, selfSeconds),
    selfSeconds,
    memoryBytes: 0,
    children,
  };
}

const plan = node('divide', 1, [
  node('sum', 1, [node('rate', 0, [node('read a', 6, [], 48_000)])]),
  node('count', 0, [node('read b', 2, [], 7)]),
]);

const text = (closed: string[] = []) =>
  planRows(plan, new Set(closed)).map(
    ({ node: { label }, key, lines, last, share }) =>
      `${lines.map((on) => (on ? '│' : ' ')).join('')}${last ? '└' : '├'}${label} ${key} ${share}`,
  );

describe('the rows of a plan', () => {
  it('hang together by lines', () => {
    expect(text()).toEqual([
      '└divide 0 0.1',
      '├sum 0.0 0.1',
      '│└rate 0.0.0 0',
      '│ └read a 0.0.0.0 0.6',
      '└count 0.1 0',
      ' └read b 0.1.0 0.2',
    ]);
  });
  it('that are closed count what they hide', () => {
    expect(text(['0.0', '0.1'])).toEqual(['└divide 0 0.1', '├sum 0.0 0.7', '└count 0.1 0.2']);
  });
  it('know their place among their siblings for those who cannot see it', () => {
    const [root, sum, , , count] = planRows(plan, new Set());
    expect([root?.place, root?.siblings, root?.depth]).toEqual([1, 1, 0]);
    expect([sum?.place, sum?.siblings, sum?.depth, sum?.open]).toEqual([1, 2, 1, true]);
    expect([count?.place, count?.siblings]).toEqual([2, 2]);
  });
  it('of a query that took no time at all have no shares', () => {
    expect(planRows(node('1', 0), new Set()).map(({ share }) => share)).toEqual([0]);
    expect(slowestPart(node('1', 0))).toBeNull();
  });
});

describe('where the time goes', () => {
  it('is the part with the most time of its own', () => {
    expect(slowestPart(plan)).toMatchObject({ key: '0.0.0.0', share: 0.6 });
    expect(hottestPath(plan)).toEqual(['0', '0.0', '0.0.0', '0.0.0.0']);
  });
  it('is said in words', () => {
    const [reading, adding] = [slowestPart(plan)?.node, plan.children[0]];
    expect(reading && workOf(reading)).toBe('reading 48\u2009000 series');
    expect(adding && workOf(adding)).toBe('sum over 1 series');
    expect(workOf(node('read x', 1, [], 0))).toBe('looking for read x');
    expect(workOf(node('time', 1))).toBe('time');
    const sides = [node('read a', 1, [], 3), node('read b', 1, [], 2)];
    expect(workOf({ ...node('/', 1, sides), operator: 'join' })).toBe(
      'matching 3 series with the other side',
    );
    expect([0, 0.002, 0.824, 1].map(formatShare)).toEqual(['0 %', '< 1 %', '82 %', '100 %']);
  });
});

describe('what is closed at first', () => {
  it('is nothing in a small plan', () => expect(closedAtFirst(plan).size).toBe(0));
  it('is what takes little in a large one, never the hottest path', () => {
    const cold = Array.from({ length: 9 }, () => node('or', 0, [node('read', 0.001)]));
    const large = node('all', 0, [...cold, node('sum', 0, [node('read', 5)])]);
    const closed = closedAtFirst(large);
    expect(closed.size).toBe(9);
    expect(closed.has('0.9')).toBe(false);
    expect(planRows(large, closed).length).toBe(12);
  });
});
