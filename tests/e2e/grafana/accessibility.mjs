// Every page of the dashboards' side before axe, in both themes and on a phone, where nothing may
// run out of the picture either.

import assert from 'node:assert/strict';
import { findings } from '../accessibility.mjs';
import { panel, panelOf, store } from './session.mjs';

const PHONE = { colorScheme: 'dark', viewport: { width: 360, height: 740 } };

const BOARD = {
  uid: 'every-kind',
  title: 'Every kind',
  templating: {
    list: [
      { name: 'job', type: 'query', query: 'label_values(up, job)', multi: true, includeAll: true },
      { name: 'text', type: 'textbox', query: 'words' },
    ],
  },
  links: [{ type: 'link', title: 'Targets', url: '/targets' }],
  panels: [
    panel('timeseries', 'Lines', 'scrape_samples_scraped', { description: 'What it *is*.' }),
    panel('stat', 'Stat', 'sum(up)'),
    panel('gauge', 'Gauge', 'sum(up) / count(up)', {
      fieldConfig: { defaults: { unit: 'percentunit', min: 0, max: 1 }, overrides: [] },
    }),
    panel('bargauge', 'Bar gauge', 'scrape_samples_scraped', {
      options: { orientation: 'horizontal' },
    }),
    panel('table', 'Table', null, {
      targets: [{ refId: 'A', expr: 'up', format: 'table', instant: true }],
    }),
    panel('piechart', 'Pie', 'scrape_samples_scraped'),
    panel('barchart', 'Bars', null, {
      targets: [{ refId: 'A', expr: 'scrape_samples_scraped', format: 'table', instant: true }],
    }),
    panel('heatmap', 'Heat', null, {
      targets: [
        {
          refId: 'A',
          expr: 'sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[1m]))',
          format: 'heatmap',
        },
      ],
    }),
    panel('histogram', 'Histogram', 'scrape_duration_seconds'),
    panel('state-timeline', 'States', 'up'),
    panel('status-history', 'History', 'up'),
    panel('text', 'Words', null, { options: { mode: 'markdown', content: '# Words\n\n- one' } }),
    panel('alertlist', 'Alerts', null),
    panel('dashlist', 'Dashboards', null),
    panel('timeseries', 'Nothing', 'no_such_metric_at_all'),
    panel('timeseries', 'Wrong', 'up foo'),
  ],
};

const board = async (page, baseUrl) => store(page, baseUrl, BOARD);
const open =
  (query = '') =>
  async (page, baseUrl) =>
    page.goto((await board(page, baseUrl)) + query);
const go = (path) => (page, baseUrl) => page.goto(baseUrl + path);
const press = (name) => (page) => page.getByRole('button', { name }).first().click();

/** Name, how to get there, what stands there then, what is opened. */
const VIEWS = [
  ['signing in', go('/login'), 'form', null, null],
  ['home', go('/'), 'main h2'],
  ['dashboards', go('/dashboards'), 'main ul'],
  ['deleted dashboards', go('/dashboards/trash'), 'main >> text=/Bring back|Nothing was deleted/'],
  ['import', go('/dashboard/import'), 'main textarea'],
  ['a dashboard', open(), 'main canvas'],
  ['all kinds of panels', open('?kiosk'), 'main canvas', scrollDown],
  ['values of a variable', open(), 'main canvas', press(/^job: /)],
  ['times', open(), 'main canvas', (page) => page.getByTestId('range').click()],
  ['the menu of a panel', open(), 'main canvas', press(/^Menu of Stat/)],
  ['inspecting', open(), 'main canvas', (page) => inspect(page)],
  ['sharing', open(), 'main canvas', press('Share the dashboard')],
  ['laying out', open(), 'main canvas', press(/^Edit$/)],
  ['the panel editor', open(`?editPanel=${BOARD.panels[0].id}`), '.cm-content'],
  ['settings of a dashboard', open('?editview=settings'), 'main input'],
  ['variables of a dashboard', open('?editview=variables'), 'main :text("New variable")'],
  ['versions', open('?editview=versions'), 'main li'],
  ['JSON of a dashboard', open('?editview=json-model'), 'main textarea'],
  ['data sources', go('/connections/datasources'), 'main li'],
  ['a data source', go('/connections/datasources/new'), 'main form'],
  ['users', go('/org/users'), 'main li'],
  ['a new user', go('/org/users'), 'main li', press('New user')],
  ['service accounts', go('/org/serviceaccounts'), 'main button'],
  ['profile', go('/profile'), 'main form'],
  ['organisation', go('/org'), 'main form'],
  ['snapshots', go('/dashboard/snapshots'), 'main >> text=/snapshot/'],
  ['the alert form', go('/alerting/new'), '.cm-content'],
  ['contact points', go('/alerting/notifications'), 'main button'],
  ['a contact point', go('/alerting/notifications'), 'main button', press('New contact point')],
  ['policies', go('/alerting/routes'), 'main button'],
];

async function inspect(page) {
  await panelOf(page, 'Lines')
    .focus()
    .catch(() => {});
  await panelOf(page, 'Lines').hover();
  await page.keyboard.press('i');
  await page.getByRole('dialog').getByRole('columnheader').first().waitFor();
}

async function scrollDown(page) {
  for (let i = 0; i < 12; i++) {
    await page.mouse.wheel(0, 600);
    await page.waitForTimeout(120);
  }
}

async function inspectView(page) {
  await page.waitForTimeout(250);
  assert.deepEqual(await findings(page), []);
  const { width, window } = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    window: innerWidth,
  }));
  assert(width <= window, `${width} px wide in a window of ${window}`);
}

export const accessibility = VIEWS.flatMap(([name, go, ready, act, as]) => {
  const scenario = (setting, context, look) => ({
    name: `axe: ${name}, ${setting}`,
    context,
    ...(as === undefined ? {} : { as }),
    noise: [/40[01]/],
    run: async (page, baseUrl) => {
      await go(page, baseUrl);
      await page.locator(ready).first().waitFor();
      await act?.(page);
      await look(page);
    },
  });
  return [
    scenario('light and dark', { colorScheme: 'light' }, async (page) => {
      await inspectView(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      await inspectView(page);
    }),
    scenario('on a phone', PHONE, inspectView),
  ];
});
