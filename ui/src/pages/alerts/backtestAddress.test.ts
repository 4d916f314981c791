import { expect, it } from 'vitest';
import { backtestStep, readBacktest, writeBacktest } from './backtestAddress';

it('keeps the back-test in the address', () => {
  const form = { name: 'Down', expr: 'up == 0', for: '5m', keep: '', range: '1w', every: '15s' };
  expect(readBacktest(writeBacktest(form))).toEqual(form);
  expect(readBacktest('?expr=up&range=9y')).toMatchObject({ expr: 'up', range: '1d', for: '' });
});

it('steps as the rule does, and wider where that would be too many points', () => {
  const day = 86_400_000;
  expect(backtestStep(day, '15s')).toBe(15_000);
  expect(backtestStep(day, '1s')).toBe(10_000);
  expect(backtestStep(7 * day, '1m')).toBe(120_000);
  expect(backtestStep(30 * day, '')).toBe(300_000);
  expect(backtestStep(day, '')).toBe(60_000);
});
