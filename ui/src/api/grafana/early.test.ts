import { expect, test } from 'vitest';
import { dashboardIn, takeEarly } from './early';

test('addresses of dashboards name their uid', () => {
  expect(dashboardIn('d/abc/some-title')).toBe('abc');
  expect(dashboardIn('d/abc')).toBe('abc');
  expect(dashboardIn('d-solo/a%20b/x')).toBe('a b');
  expect(dashboardIn('d/%E0%A4%A')).toBeNull();
  expect(dashboardIn('dashboards')).toBeNull();
  expect(dashboardIn('')).toBeNull();
});

test('what was not asked early is asked when it is wanted', () => {
  expect(takeEarly('api/user')).toBeUndefined();
});
