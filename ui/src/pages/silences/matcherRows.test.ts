import { expect, it } from 'vitest';
import { matcherOf } from '../../lib/matchers';
import { matchersIn, newRow, rowError, rowsOf, splitPasted } from './matcherRows';

it('turns matchers into rows and back, and leaves out empty rows', () => {
  const matchers = [matcherOf('a', '=~', 'x|y'), matcherOf('b', '!=', '')];
  expect(matchersIn([...rowsOf(matchers), newRow()])).toEqual(matchers);
  expect(rowsOf([])).toHaveLength(1);
});

it('says what is wrong with a row', () => {
  expect(rowError(newRow())).toBeNull();
  expect(rowError({ ...newRow(), value: 'x' })).toMatch(/name/);
  expect(rowError({ ...newRow(), name: 'a', op: '=~', value: '(' })).toMatch(/regular/);
  expect(rowError({ ...newRow(), name: 'a', op: '=~', value: '(?i)db' })).toBeNull();
});

it('takes matchers that are pasted', () => {
  expect(splitPasted('{a="b", c!~"d.*"}')).toHaveLength(2);
  expect(splitPasted('alertname')).toBeNull();
  expect(splitPasted('a=')).toBeNull();
});
