import { describe, expect, it } from 'vitest';
import { translateHash } from './hashRoutes';

const filter = encodeURIComponent('{alertname="Disk full",team=~"a|b"}');
const ours = new URLSearchParams({ filter: 'alertname="Disk full",team=~"a|b"' }).toString();

describe('hash routes', () => {
  it.each([
    ['#/alerts', '/notifications'],
    ['#/', '/notifications'],
    [`#/alerts?filter=${filter}`, `/notifications?${ours}`],
    [
      '#/alerts?silenced=true&inhibited=false&muted=false&active=true&receiver=web.hook&group=a,b',
      '/notifications?silenced=true&inhibited=false&muted=false&active=true&receiver=web.hook&group=a%2Cb',
    ],
    ['#/silences', '/silences'],
    [`#/silences?filter=${filter}`, `/silences?${ours}`],
    [`#/silences/new?filter=${filter}`, `/silences/new?${ours}`],
    [
      '#/silences/new?filter={a="b"}&comment=why%20not',
      '/silences/new?comment=why+not&filter=a%3D%22b%22',
    ],
    ['#/silences/3ad1-ff', '/silences/view?id=3ad1-ff'],
    ['#/silences/3ad1-ff/edit', '/silences/edit?id=3ad1-ff'],
    ['#/status', '/alerting-status'],
    ['#/settings', '/alerting-status'],
    ['#!/alerts', '/notifications'],
    ['#/no-such-thing', '/notifications'],
    ['#/silences/%E0%A4%A', '/silences/view?id=%25E0%25A4%25A'],
  ])('%s is %s', (hash, want) => expect(translateHash(hash)).toBe(want));

  it.each(['', '#', '#main', '#/'.slice(0, 1)])('leaves %j alone', (hash) =>
    expect(translateHash(hash)).toBeNull(),
  );
});
