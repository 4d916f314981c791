import { expect, test } from 'vitest';
import { exploreAddress, menuOf, type MenuFacts } from './menu';
import { aPanel } from './testPanel';

const facts: MenuFacts = {
  panel: aPanel({}),
  viewed: false,
  mayEdit: true,
  mayExplore: true,
  frozen: false,
  hasQueries: true,
  hasLegend: true,
  legendShown: true,
};
const actions = (change: Partial<MenuFacts>) =>
  menuOf({ ...facts, ...change }).map((item) => item.action);

test('an editor gets everything', () => {
  expect(actions({})).toEqual([
    'view',
    'edit',
    'share',
    'explore',
    'inspect-data',
    'inspect-query',
    'inspect-stats',
    'inspect-json',
    'alert',
    'legend',
    'duplicate',
    'copy',
    'remove',
  ]);
});

test('a viewer looks, and changes nothing', () => {
  const seen = actions({ mayEdit: false });
  for (const action of ['edit', 'alert', 'duplicate', 'copy', 'remove'] as const) {
    expect(seen).not.toContain(action);
  }
  expect(seen).toContain('share');
});

test('a snapshot has nothing behind it', () => {
  const seen = actions({ frozen: true, mayEdit: false, mayExplore: false });
  expect(seen).toEqual(['view', 'inspect-data', 'inspect-stats', 'inspect-json', 'legend']);
});

test('a repeated panel is removed and duplicated at its original', () => {
  const clone = aPanel({ scopedVars: { node: { text: 'a', value: 'a' } } });
  expect(actions({ panel: clone })).not.toContain('remove');
  expect(actions({ panel: clone })).toContain('edit');
});

test('a panel of text has no data to inspect', () => {
  expect(actions({ hasQueries: false, hasLegend: false })).toEqual([
    'view',
    'edit',
    'share',
    'inspect-json',
    'duplicate',
    'copy',
    'remove',
  ]);
});

test('queries go to the query page with the range that was seen', () => {
  const to = Date.UTC(2026, 0, 2, 3, 4, 5);
  expect(exploreAddress(['up', ' '], { from: to - 3_600_000, to })).toBe(
    '/query?g0.expr=up&g0.tab=graph&g0.range_input=3600s&g0.end_input=2026-01-02+03%3A04%3A05',
  );
  expect(exploreAddress([''], { from: 0, to: 1 })).toBeNull();
});
