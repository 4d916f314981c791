import { expect, test } from 'vitest';
import { readDocument, renamed } from './document';

test('an envelope is read like a bare dashboard', async () => {
  const bare = { title: 'A', panels: [{ type: 'stat', title: 'S' }] };
  for (const raw of [bare, { dashboard: bare }, { meta: {}, dashboard: bare }]) {
    const read = await readDocument(JSON.stringify(raw));
    expect(read.ok && read.loaded.dashboard.title).toBe('A');
  }
});

test('what is no dashboard is refused in words', async () => {
  const message = async (text: string) => {
    const read = await readDocument(text);
    return read.ok ? '' : read.message;
  };
  expect(await message('  ')).toContain('nothing');
  expect(await message('{"a": 1,}')).toContain('not JSON');
  expect(await message('[1]')).toContain('object');
  expect(await message('{"a": 1}')).toContain('neither');
});

test('a document takes another title and uid', () => {
  expect(renamed({ title: 'A', id: 7, uid: 'x', panels: [] }, 'B', '')).toEqual({
    title: 'B',
    panels: [],
  });
  expect(renamed({ dashboard: { title: 'A' } }, 'B', 'y')).toEqual({ title: 'B', uid: 'y' });
});
