import { expect, test } from 'vitest';
import { ALL } from '../../dash/variables/interpolate';
import { findOptions, toggled } from './variableView';

const option = (text: string) => ({ text, value: text });

test('one of several leaves All, and the last one gone is All again', () => {
  expect(toggled([ALL], 'a', true)).toEqual(['a']);
  expect(toggled(['a'], 'b', true)).toEqual(['a', 'b']);
  expect(toggled(['a'], 'a', true)).toEqual([ALL]);
  expect(toggled(['a'], 'a', false)).toEqual([]);
  expect(toggled(['a', 'b'], ALL, true)).toEqual([ALL]);
});

test('options that begin with the words come first, in their own order', () => {
  const options = ['web-db', 'db-1', 'db-2', 'cache'].map(option);
  expect(findOptions(options, 'db').map((one) => one.text)).toEqual(['db-1', 'db-2', 'web-db']);
  expect(findOptions(options, 'db web').map((one) => one.text)).toEqual(['web-db']);
  expect(findOptions(options, ' ')).toBe(options);
});
