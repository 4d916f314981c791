import { expect, it } from 'vitest';
import { forProgress } from './forProgress';

it('says how far a pending alert has come', () => {
  expect(forProgress(1000, 10, 6000)).toEqual({ share: 0.5, firesAt: 11_000 });
  expect(forProgress(1000, 10, 99_000)?.share).toBe(1);
  expect(forProgress(1000, 10, 0)?.share).toBe(0);
  expect(forProgress(null, 10, 0)).toBeNull();
  expect(forProgress(1000, 0, 6000)).toBeNull();
});
