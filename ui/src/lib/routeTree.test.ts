import { describe, expect, it } from 'vitest';
import { walkRoutes, type RouteShape } from './routeTree';

interface Node extends RouteShape<Node> {
  readonly id: string;
}

function node(id: string, matchers: string[], children: Node[] = [], goOn = false): Node {
  return { id, matchers, children, continue: goOn };
}

const tree = node(
  '{}',
  [],
  [
    node('db', ['team="db"'], [node('db/page', ['severity="page"'])]),
    node('log', ['severity=~"page|warn"'], [], true),
    node('page', ['severity="page"']),
  ],
);
const ends = (labels: Record<string, string>) => [...walkRoutes(tree, labels).ends];

describe('the routing tree', () => {
  it('goes to the deepest route of the first branch that matches', () => {
    expect(ends({ team: 'db', severity: 'page' })).toEqual(['db/page']);
    expect(ends({ team: 'db', severity: 'warn' })).toEqual(['db']);
    expect([...walkRoutes(tree, { team: 'db', severity: 'page' }).path]).toEqual([
      '{}',
      'db',
      'db/page',
    ]);
  });
  it('goes on where a route says so', () => {
    expect(ends({ severity: 'page' })).toEqual(['log', 'page']);
    expect(ends({ severity: 'warn' })).toEqual(['log']);
  });
  it('ends at the root when nothing else matches', () => {
    expect(ends({})).toEqual(['{}']);
  });
});
