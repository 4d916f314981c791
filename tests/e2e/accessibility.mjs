// Every page before axe, in both themes and on a phone: nothing serious, nothing critical.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { axeSource } from './browser.mjs';

const axe = readFileSync(axeSource(), 'utf8');
const expr = encodeURIComponent;

const VIEWS = [
  ['a new query', '/query', '.cm-content'],
  ['a graph', '/query?g0.expr=up&g0.tab=0', '[data-testid=graph][data-drawn] canvas'],
  [
    'the plan of a query',
    `/query?g0.expr=${expr('sum(rate(prometheus_http_requests_total[5m])) / count(up)')}&g0.tab=0&g0.explain=1`,
    '[role=treeitem]',
  ],
  [
    'advice',
    `/query?g0.expr=${expr('rate(prometheus_tsdb_head_series[5m])')}&g0.tab=0`,
    '[data-testid=advice]',
    (page) => page.locator('[data-testid=advice]').click(),
  ],
  [
    'an open menu',
    '/query',
    '.cm-content',
    (page) => page.getByRole('button', { name: 'Panel actions' }).click(),
  ],
  [
    'the choice of a time range',
    '/query?g0.expr=up&g0.tab=0',
    '[data-testid=range]',
    (page) => page.getByTestId('range').click(),
  ],
  ['the keys', '/targets', '[data-testid=target]', (page) => page.keyboard.press('?')],
  ['a table', `/query?g0.expr=${expr('{job!=""}')}&g0.tab=1`, '[role=rowgroup] [role=row]'],
  ['an error', `/query?g0.expr=${expr('up foo')}&g0.tab=0`, '[role=alert]'],
  ['an empty result', '/query?g0.expr=no_such_metric_at_all&g0.tab=0', 'text=No series match'],
  ['targets', '/targets', '[data-testid=target]'],
  ['service discovery', '/service-discovery', 'main button[aria-expanded]'],
  ['rules', '/rules', 'main h2, main :text("No rules")'],
  ['alerts', '/alerts', '[data-testid=alert]'],
  [
    'a back-test',
    `/backtest?expr=${expr('up{job="gone"} == 0')}`,
    '[data-testid=backtest] [role=img]',
  ],
  ['notifications', '/notifications?silenced=true', '[data-testid=alert-group]'],
  [
    'the delivery log',
    '/notifications/log',
    '[data-testid=delivery]',
    (page) => page.getByTestId('delivery').first().getByRole('button').first().click(),
  ],
  [
    'why',
    '/notifications/why',
    'main li button',
    async (page) => {
      await page.locator('main li button').first().click();
      await page.getByTestId('why').waitFor();
    },
  ],
  ['silences', '/silences', 'main button'],
  ['a new silence', `/silences/new?filter=${expr('alertname=~".+"')}`, '[role=status]'],
  ['routing', `/routing?labels=${expr('severity="page"')}`, '[data-ends]'],
  [
    'a test of a receiver',
    '/receivers',
    '[data-testid=receiver]',
    (page) =>
      page
        .getByRole('button', { name: /Send a test/ })
        .first()
        .click(),
  ],
  ['a dry run', '/dry-run', 'main textarea'],
  ['status of alerting', '/alerting-status', 'dt'],
  ['status', '/status', 'dt'],
  ['config', '/config', 'main pre'],
  ['flags', '/flags', 'tbody'],
  ['storage', '/tsdb-status', 'main dt'],
];

/** What axe finds serious or critical on a page. */
export async function findings(page) {
  // Run outside of the page's own scripts, so that a content security policy does not matter.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} — ${node.failureSummary}`),
    );
}

const SETTINGS = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['on a phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
];

export const accessibility = SETTINGS.flatMap(([setting, context]) =>
  VIEWS.map(([name, path, ready, act]) => ({
    name: `axe: ${name}, ${setting}`,
    context,
    noise: [/400/],
    run: async (page, baseUrl) => {
      await page.goto(baseUrl + path);
      await page.locator(ready).first().waitFor();
      await act?.(page);
      await page.waitForTimeout(300);
      assert.deepEqual(await findings(page), []);
    },
  })),
);
