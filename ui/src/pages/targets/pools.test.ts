import { describe, expect, it } from 'vitest';
import type { ActiveTarget } from '../../api/targets';
import { countHealth, groupPools } from './pools';

function target(scrapePool: string, port: number, over: Partial<ActiveTarget> = {}): ActiveTarget {
  return {
    discoveredLabels: {},
    labels: { instance: `a:${port}`, job: scrapePool },
    scrapePool,
    scrapeUrl: `http://a:${port}/metrics`,
    globalUrl: `http://a:${port}/metrics`,
    lastError: '',
    lastScrape: 1,
    lastScrapeDuration: 0,
    health: 'up',
    scrapeInterval: '15s',
    scrapeTimeout: '10s',
    ...over,
  };
}

const down = { health: 'down', lastError: 'connection refused' } as const;
const targets = {
  activeTargets: [
    target('web', 10),
    target('db', 3, down),
    target('web', 9),
    target('web', 1, down),
  ],
  droppedTargets: [],
  droppedTargetCounts: {},
};

describe('scrape pools', () => {
  it('stand in the order of their names, their targets in the order of their addresses', () => {
    const pools = groupPools(targets, '', 'all');
    expect(pools.map(({ name }) => name)).toEqual(['db', 'web']);
    expect(pools[1]?.shown.map(({ labels }) => labels['instance'])).toEqual(['a:1', 'a:9', 'a:10']);
  });
  it('count all of their targets whatever the filter leaves', () => {
    const [pool, ...others] = groupPools(targets, 'a:9', 'all');
    expect(others).toEqual([]);
    expect(pool).toMatchObject({ name: 'web', up: 2, down: 1, unknown: 0 });
    expect(pool?.shown.length).toBe(1);
  });
  it('are found by state, by label and by the words of an error', () => {
    const found = (filter: string, health: 'all' | 'down') =>
      groupPools(targets, filter, health).flatMap(({ shown }) => shown.map((one) => one.scrapeUrl));
    expect(found('', 'down')).toEqual(['http://a:3/metrics', 'http://a:1/metrics']);
    expect(found('refused', 'all')).toEqual(['http://a:3/metrics', 'http://a:1/metrics']);
    expect(found('-job="web"', 'all')).toEqual(['http://a:3/metrics']);
  });
});

it('targets are counted by state', () => {
  expect(countHealth(targets.activeTargets)).toEqual({ all: 4, up: 2, down: 2, unknown: 0 });
});
