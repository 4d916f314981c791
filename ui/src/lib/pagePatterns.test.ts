import { expect, test } from 'vitest';
import { pageMatches } from './pagePatterns';

test('a path matches itself alone, a pattern all that is below', () => {
  expect(pageMatches('/dashboards', '/dashboards')).toBe(true);
  expect(pageMatches('/dashboards', '/dashboards/f/x')).toBe(false);
  expect(pageMatches('/d/*', '/d/abc/slug')).toBe(true);
  expect(pageMatches('/d/*', '/d/')).toBe(false);
  expect(pageMatches('/d/*', '/dashboards')).toBe(false);
});
