import { expect, test } from 'vitest';
import { parseInline, parseMarkdown } from './markdownLite';

test('paragraphs, headings, lists and code', () => {
  expect(
    parseMarkdown('# Title\nfirst\nsecond\n\n- one\n- two\n```\na  b\n```').map((b) => b.kind),
  ).toEqual(['h', 'p', 'li', 'li', 'pre']);
});

test('marks within a line', () => {
  expect(parseInline('a **b** `c` [d](https://e.f)')).toEqual([
    { kind: 'text', text: 'a ' },
    { kind: 'strong', inside: [{ kind: 'text', text: 'b' }] },
    { kind: 'text', text: ' ' },
    { kind: 'code', text: 'c' },
    { kind: 'text', text: ' ' },
    { kind: 'link', url: 'https://e.f', inside: [{ kind: 'text', text: 'd' }] },
  ]);
});

test('HTML and names with underscores are text', () => {
  expect(parseInline('<b>x</b> node_cpu_seconds')).toEqual([
    { kind: 'text', text: '<b>x</b> node_cpu_seconds' },
  ]);
});

test('a bare address ends before the full stop', () => {
  expect(parseInline('see https://a.b/c.')[1]).toMatchObject({
    kind: 'link',
    url: 'https://a.b/c',
  });
});
