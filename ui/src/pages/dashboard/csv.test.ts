import { expect, test } from 'vitest';
import type { Frame } from '../../dash/frame';
import { csvName, toCsv } from './csv';

const frame: Frame = {
  length: 3,
  fields: [
    { name: 'Time', type: 'time', values: [0, 60_000, null], config: { custom: {} } },
    { name: 'a, b', type: 'number', values: [1.5, null, -Infinity], config: { custom: {} } },
    { name: 'text', type: 'string', values: ['say "x"', '=1+1', '-5'], config: { custom: {} } },
  ],
};

test('a table with commas, quotes, nothing and infinities', () => {
  expect(toCsv(frame, (field) => field.name)).toBe(
    [
      'Time,"a, b",text',
      '1970-01-01T00:00:00.000Z,1.5,"say ""x"""',
      "1970-01-01T00:01:00.000Z,,'=1+1",
      ',-Infinity,-5',
      '',
    ].join('\r\n'),
  );
});

test('the file is named after the panel, in letters of any language', () => {
  const now = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
  expect(csvName('CPU / Größe', 'A', now)).toBe('CPU-Größe-A-2026-01-02-03-04-05.csv');
  expect(csvName('', '', now)).toBe('panel-2026-01-02-03-04-05.csv');
});
