// A dashboard as people look at it: time, variables, refresh, keys, what is behind a panel, and the
// states of panels that have nothing to show.

import assert from 'node:assert/strict';
import { panel, panelOf, store } from './session.mjs';

const params = (page) => new URL(page.url()).searchParams;
const encode = encodeURIComponent;

const BOARD = {
  uid: 'looking',
  title: 'Looking around',
  graphTooltip: 1,
  templating: {
    list: [
      {
        name: 'job',
        type: 'query',
        query: 'label_values(up, job)',
        refresh: 1,
        multi: true,
        includeAll: true,
        current: { text: 'node', value: ['node'] },
      },
      {
        name: 'instance',
        type: 'query',
        query: 'label_values(up{job=~"$job"}, instance)',
        refresh: 1,
      },
    ],
  },
  panels: [
    panel('timeseries', 'Up of $job', 'up{job=~"$job"}', {
      gridPos: { x: 0, y: 0, w: 12, h: 8 },
    }),
    panel('timeseries', 'Samples', 'scrape_samples_scraped{job=~"$job"}', {
      gridPos: { x: 12, y: 0, w: 12, h: 8 },
    }),
    panel('stat', 'Samples now', 'sum(scrape_samples_scraped)', {
      gridPos: { x: 0, y: 8, w: 6, h: 4 },
    }),
  ],
};

async function open(page, baseUrl, query = '') {
  const address = await store(page, baseUrl, BOARD);
  await page.goto(address + query);
  await panelOf(page, 'Samples').locator('canvas').waitFor();
}

const plot = (page, title) => panelOf(page, title).locator('.u-over');
const asksAgain = (page) =>
  page.waitForResponse((response) => response.url().includes('/api/ds/query'));

export const viewing = [
  {
    name: 'variables: several values, all of them; those that hang on them follow',
    run: async (page, baseUrl) => {
      await open(page, baseUrl);
      await panelOf(page, 'Up of node').waitFor();
      await page.getByRole('button', { name: 'job: node' }).click();
      await page.getByRole('checkbox', { name: 'gone' }).click();
      await page.keyboard.press('Escape');
      await page.waitForURL(/var-job=node&var-job=gone|var-job=gone&var-job=node/);
      await panelOf(page, 'Up of gone + node').or(panelOf(page, 'Up of node + gone')).waitFor();
      await page.getByRole('button', { name: /^instance: / }).click();
      await page.getByRole('option', { name: '127.0.0.1:1', exact: true }).click();
      await page.waitForURL(/var-instance=127\.0\.0\.1%3A1(&|$)/);
      await page.getByRole('button', { name: /^job: / }).click();
      await page.getByRole('checkbox', { name: 'All', exact: true }).click();
      await page.keyboard.press('Escape');
      await page.waitForURL(/var-job=(%24|\$)__all/);
      await page.reload();
      await page.getByRole('button', { name: 'job: All' }).waitFor();
      await page.getByRole('button', { name: 'instance: 127.0.0.1:1', exact: true }).waitFor();
    },
  },
  {
    name: 'time: from the list, by hand, by dragging and back by a double click',
    run: async (page, baseUrl) => {
      await open(page, baseUrl);
      await page.getByTestId('range').click();
      await page.getByRole('button', { name: 'Last 15 minutes' }).click();
      await page.waitForURL(/from=now-15m&to=now/);
      await page.getByTestId('range').click();
      await page.getByLabel('From', { exact: true }).fill('now-3m');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.waitForURL(/from=now-3m/);
      await panelOf(page, 'Samples').locator('canvas').waitFor();
      const box = await plot(page, 'Samples').boundingBox();
      const y = box.y + box.height / 2;
      await page.mouse.move(box.x + box.width * 0.5, y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.7, y, { steps: 5 });
      await page.mouse.move(box.x + box.width * 0.9, y, { steps: 5 });
      await Promise.all([asksAgain(page), page.mouse.up()]);
      await page.waitForURL(/from=\d{4}-|from=\d{13}/);
      const span = async () => {
        const text = await page.getByTestId('range').textContent();
        return text;
      };
      const zoomed = await span();
      await plot(page, 'Samples').dblclick();
      await page.waitForFunction(
        (before) => document.querySelector('[data-testid=range]')?.textContent !== before,
        zoomed,
      );
      const out = page.url();
      await page.keyboard.press('t');
      await page.keyboard.press('z');
      await page.waitForFunction((before) => location.href !== before, out);
      await page.goBack();
      await page.waitForURL(out);
    },
  },
  {
    name: 'refresh: at its interval, on demand, without a jump of what stands there',
    run: async (page, baseUrl) => {
      await open(page, baseUrl, '?refresh=5s');
      const before = await panelOf(page, 'Samples').boundingBox();
      await asksAgain(page);
      await panelOf(page, 'Samples').locator('canvas').waitFor();
      assert.deepEqual(await panelOf(page, 'Samples').boundingBox(), before);
      await page.getByRole('button', { name: /^How often to refresh/ }).click();
      await page.getByRole('menuitem', { name: 'Off' }).click();
      await page.waitForURL((url) => !/refresh=5s/.test(url.search));
      await Promise.all([
        asksAgain(page),
        page.getByRole('button', { name: 'Refresh', exact: true }).click(),
      ]);
    },
  },
  {
    name: 'crosshair: the pointer over one panel shows the moment in the others',
    run: async (page, baseUrl) => {
      await open(page, baseUrl);
      const box = await plot(page, 'Samples').boundingBox();
      await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, {
        steps: 3,
      });
      const line = plot(page, 'Up of node').locator('.u-cursor-x');
      await page.waitForFunction(
        (node) =>
          getComputedStyle(node).display !== 'none' &&
          !node.classList.contains('u-off') &&
          node.style.transform !== '',
        await line.elementHandle(),
      );
      const other = await line.boundingBox();
      const own = await plot(page, 'Up of node').boundingBox();
      assert(
        Math.abs(other.x - own.x - own.width * 0.8) < 12,
        `${other.x - own.x} of ${own.width}`,
      );
    },
  },
  {
    name: 'keys: view a panel, kiosk, help, back',
    run: async (page, baseUrl) => {
      await open(page, baseUrl);
      await panelOf(page, 'Samples').hover();
      await page.keyboard.press('v');
      await page.waitForURL(/viewPanel=/);
      assert.equal(await page.locator('[data-panel-key]').count(), 1);
      assert((await panelOf(page, 'Samples').boundingBox()).height > 500, 'as large as it can be');
      await page.keyboard.press('Escape');
      await page.waitForURL((url) => !url.searchParams.has('viewPanel'));
      await page.mouse.move(5, 5);
      await page.keyboard.press('d');
      await page.keyboard.press('k');
      await page.waitForURL(/kiosk/);
      await page.locator('nav#rail').waitFor({ state: 'detached' });
      await page.keyboard.press('Escape');
      await page.locator('nav#rail').waitFor();
      await page.keyboard.press('?');
      const help = page.getByRole('dialog');
      await help.waitFor();
      assert.match(await help.textContent(), /Kiosk.*Zoom out|Zoom out.*Kiosk/s);
      await page.keyboard.press('Escape');
      await help.waitFor({ state: 'detached' });
      await page.keyboard.press('Control+o');
    },
  },
  {
    name: 'inspect: data as a table and as a file, queries as they were asked',
    run: async (page, baseUrl) => {
      await open(page, baseUrl);
      await panelOf(page, 'Samples').hover();
      await page.keyboard.press('i');
      const dialog = page.getByRole('dialog', { name: /^Inspect Samples/ });
      await dialog.getByRole('columnheader').first().waitFor();
      assert((await dialog.getByRole('row').count()) > 3);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('button', { name: 'CSV' }).click(),
      ]);
      assert.match(download.suggestedFilename(), /^Samples.*\.csv$/);
      const text = await (await import('node:fs/promises')).readFile(await download.path(), 'utf8');
      assert.match(text, /Time/);
      assert(text.trim().split('\n').length > 3);
      await dialog.getByText('Query', { exact: true }).click();
      await dialog
        .getByText(/scrape_samples_scraped\{job=~"node"\}/)
        .first()
        .waitFor();
      await dialog.getByText('JSON', { exact: true }).click();
      await dialog.getByText(/"type": "timeseries"/).waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    },
  },
  {
    name: 'menu of a panel: from the keyboard; its queries go on to the query page',
    run: async (page, baseUrl) => {
      await open(page, baseUrl);
      await panelOf(page, 'Samples now')
        .getByRole('button', { name: /^Menu of/ })
        .focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: /^Explore/ }).click();
      await page.waitForURL(/\/query\?g0\.expr=sum/);
      await page.goBack();
      await panelOf(page, 'Samples now').waitFor();
    },
  },
  {
    name: 'panels without data: each says which of the states it is, with the way to mend it',
    noise: [/400/],
    run: async (page, baseUrl) => {
      const address = await store(page, baseUrl, {
        uid: 'empty-panels',
        title: 'Empty panels',
        panels: [
          panel('timeseries', 'Wrong query', 'sum by (job) (rate(up[5m]) foo'),
          panel('timeseries', 'Unknown metric', 'prometheus_http_requests_totl'),
          panel('timeseries', 'Down', 'process_cpu_seconds_total{job="gone"}'),
          panel('stat', 'Own word', 'no_such_metric', {
            fieldConfig: { defaults: { noValue: 'Quiet' }, overrides: [] },
          }),
          panel('timeseries', 'Wrong label', 'up{job="nodes"}'),
        ],
      });
      await page.goto(address);
      const failed = panelOf(page, 'Wrong query');
      await failed.getByRole('alert').waitFor();
      assert.match(await failed.textContent(), /1:\d+: parse error/);
      assert.match(await failed.locator('pre').textContent(), /\^/);
      const unknown = panelOf(page, 'Unknown metric');
      await unknown.getByText(/There is no metric/).waitFor();
      await unknown.getByRole('button', { name: 'What to do' }).click();
      await page.getByText('prometheus_http_requests_total').first().waitFor();
      await page.keyboard.press('Escape');
      const down = panelOf(page, 'Down');
      await down
        .getByText(/down|does not answer/)
        .first()
        .waitFor();
      await down.getByRole('link').first().waitFor();
      await panelOf(page, 'Own word').getByText('Quiet').waitFor();
      await panelOf(page, 'Wrong label')
        .getByText(/never has the value "nodes"/)
        .waitFor();
      await down.getByRole('link').first().click();
      await page.waitForURL(/\/targets/);
    },
  },
  {
    name: 'a range before the first sample says so',
    run: async (page, baseUrl) => {
      const address = await store(page, baseUrl, {
        uid: 'before',
        title: 'Before',
        panels: [panel('timeseries', 'Long ago', 'up')],
      });
      await page.goto(`${address}?from=now-9d&to=now-8d`);
      await panelOf(page, 'Long ago')
        .getByText(/first|begins|before/i)
        .first()
        .waitFor();
    },
  },
  {
    name: 'a panel of a type that is not known shows its data as a table, with a note',
    run: async (page, baseUrl) => {
      const address = await store(page, baseUrl, {
        uid: 'unknown-type',
        title: 'Unknown type',
        panels: [panel('acme-3d-globe-panel', 'Globe', 'up')],
      });
      await page.goto(address);
      const globe = panelOf(page, 'Globe');
      await globe
        .getByText(/acme-3d-globe-panel/)
        .first()
        .waitFor();
      await globe
        .getByText(/127\.0\.0\.1:1"/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'old addresses: by slug, one panel alone, explore, a panel by its number',
    run: async (page, baseUrl) => {
      await open(page, baseUrl);
      await page.goto(`${baseUrl}/dashboard/db/looking-around?var-job=node`);
      await page.waitForURL(/\/d\/looking\//);
      assert.equal(params(page).get('var-job'), 'node');
      const id = BOARD.panels[1].id;
      await page.goto(`${baseUrl}/d-solo/looking/x?panelId=${id}&from=now-5m&to=now`);
      await panelOf(page, 'Samples').locator('canvas').waitFor();
      assert.equal(await page.locator('nav#rail').count(), 0);
      await page.goto(`${baseUrl}/d/looking/x?viewPanel=${id}`);
      await panelOf(page, 'Samples').locator('canvas').waitFor();
      assert.equal(await page.locator('[data-panel-key]').count(), 1);
      const left = {
        queries: [{ refId: 'A', expr: 'up' }],
        range: { from: 'now-1h', to: 'now' },
      };
      await page.goto(`${baseUrl}/explore?left=${encode(JSON.stringify(left))}`);
      await page.waitForURL(/\/query\?g0\.expr=up/);
      await page.goto(`${baseUrl}/datasources`);
      await page.waitForURL(/\/connections\/datasources/);
      await page.goto(`${baseUrl}/d/no-such-dashboard`);
      await page.waitForSelector('text=There is no such dashboard');
    },
    noise: [/404/],
  },
];
