import { expect, test } from 'vitest';
import { embedCode, shareLink, soloLink, type ShareFacts } from './shareLinks';

const facts: ShareFacts = {
  base: 'http://h/prom/',
  uid: 'abc',
  slug: 'my-board',
  search: 'from=now-1h&to=now&timezone=utc&viewPanel=9&kiosk',
  raw: { from: 'now-1h', to: 'now' },
  range: { from: 0, to: 3_600_000 },
  panelKey: 'panel-4',
  variables: new URLSearchParams('var-a=1&var-a=2'),
};

test('a link to a panel keeps range, zone and variables', () => {
  expect(shareLink(facts, { lockTime: false, theme: '' })).toBe(
    'http://h/prom/d/abc/my-board?from=now-1h&to=now&timezone=utc&var-a=1&var-a=2&viewPanel=4',
  );
  expect(shareLink({ ...facts, panelKey: '' }, { lockTime: false, theme: '' })).not.toContain(
    'viewPanel',
  );
});

test('a locked range is the moment that is seen', () => {
  const link = new URL(shareLink(facts, { lockTime: true, theme: 'dark' }));
  expect(link.searchParams.get('from')).toBe('1970-01-01T00:00:00.000Z');
  expect(link.searchParams.get('theme')).toBe('dark');
});

test('a panel alone, and as HTML to embed', () => {
  expect(soloLink(facts, { lockTime: false, theme: '' })).toContain('/d-solo/abc/my-board?');
  expect(embedCode(facts, { lockTime: false, theme: '' })).toContain('&amp;panelId=4"');
});
