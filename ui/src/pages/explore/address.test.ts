import { expect, test } from 'vitest';
import { queryAddress } from './address';

const context = { now: Date.UTC(2026, 0, 2), timezone: 'utc' };
const params = (address: string) => new URLSearchParams(address.split('?')[1]);

test('panes of today carry source, expressions and range', () => {
  const panes = {
    a: {
      datasource: 'abc',
      queries: [
        { refId: 'A', expr: 'up' },
        { refId: 'B', expr: 'rate(x[5m])' },
      ],
      range: { from: 'now-6h', to: 'now' },
    },
  };
  const found = params(
    queryAddress(`?panes=${encodeURIComponent(JSON.stringify(panes))}`, context),
  );
  expect(found.get('g0.expr')).toBe('up');
  expect(found.get('g1.expr')).toBe('rate(x[5m])');
  expect(found.get('g0.range_input')).toBe('6h');
  expect(found.get('g0.end_input')).toBeNull();
  expect(found.get('ds')).toBe('abc');
});

test('the older left form works too, with moments', () => {
  const left = {
    datasource: 'P',
    queries: [{ expr: 'up' }],
    range: { from: '1767225600000', to: '1767229200000' },
  };
  const found = params(queryAddress(`?left=${encodeURIComponent(JSON.stringify(left))}`, context));
  expect(found.get('g0.range_input')).toBe('1h');
  expect(found.get('g0.end_input')).not.toBeNull();
  const list = ['now-1h', 'now', 'Prometheus', { expr: 'up' }];
  const old = params(queryAddress(`?left=${encodeURIComponent(JSON.stringify(list))}`, context));
  expect(old.get('ds')).toBe('Prometheus');
});

test('what cannot be read opens the query page as it is', () => {
  expect(queryAddress('', context)).toBe('/query');
  expect(queryAddress('?panes={', context)).toBe('/query');
  expect(queryAddress('?panes=[]', context)).toBe('/query');
});
