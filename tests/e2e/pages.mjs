// Scenarios of the other pages.

import assert from 'node:assert/strict';

const target = (over) => ({
  discoveredLabels: { __address__: 'a:1' },
  labels: { instance: 'a:1', job: 'made-up' },
  scrapePool: 'made-up',
  scrapeUrl: 'http://a:1/metrics',
  globalUrl: 'http://a:1/metrics',
  lastError: '',
  lastScrape: new Date().toISOString(),
  lastScrapeDuration: 0.0123,
  health: 'up',
  scrapeInterval: '15s',
  scrapeTimeout: '10s',
  ...over,
});

export const pages = [
  {
    name: 'targets: state, labels, times of what is really scraped',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/targets`);
      const row = page.locator('[data-testid=target][data-health=up]').first();
      await row.waitFor();
      const text = await row.textContent();
      assert.match(text, /\/metrics/);
      assert.match(text, /Up/);
      assert.match(text, /just now|\d+ (s|min) ago/);
      assert.match(text, /\d (ms|µs|s)/);
      assert.match(text, /job/);
    },
  },
  {
    name: 'targets: why one is down is said plainly, and filters hold in the address',
    run: async (page, baseUrl) => {
      const down = target({
        labels: { instance: 'b:2', job: 'made-up' },
        scrapeUrl: 'http://b:2/metrics',
        health: 'down',
        lastError: 'Get "http://b:2/metrics": dial tcp: connect: connection refused',
      });
      const fresh = target({
        scrapeUrl: 'http://c:3/metrics',
        health: 'unknown',
        lastScrape: '0001-01-01T00:00:00Z',
      });
      await page.route('**/api/v1/targets*', (route) =>
        route.fulfill({
          json: {
            status: 'success',
            data: { activeTargets: [target({}), down, fresh], droppedTargets: [] },
          },
        }),
      );
      await page.goto(`${baseUrl}/targets`);
      const rows = page.getByTestId('target');
      await rows.nth(2).waitFor();
      await page.waitForSelector('text=Nothing listens on that port');
      await page.waitForSelector('text=connection refused');
      await page.waitForSelector('text=never');
      await page.getByText('Down 1').click();
      await page.waitForURL(/state=down/);
      assert.equal(await rows.count(), 1);
      await page.getByText('All 3').click();
      await page.getByRole('searchbox').fill('instance="a:1"');
      await page.waitForURL(/search=/);
      await page.waitForFunction(
        () => document.querySelectorAll('[data-testid=target]').length === 2,
      );
      await page.getByRole('searchbox').fill('no such thing');
      await page.getByRole('button', { name: 'Clear the filter' }).last().click();
      await rows.nth(2).waitFor();
      await page.getByRole('button', { name: /^made-up/ }).click();
      await page.waitForURL(/collapsed=made-up/);
      assert.equal(await rows.count(), 0);
    },
  },
  {
    name: 'targets: none configured says what to do',
    run: async (page, baseUrl) => {
      await page.route('**/api/v1/targets*', (route) =>
        route.fulfill({
          json: { status: 'success', data: { activeTargets: [], droppedTargets: [] } },
        }),
      );
      await page.goto(`${baseUrl}/targets`);
      await page.waitForSelector('text=Nothing is scraped yet');
    },
  },
  {
    name: 'targets: an error is told and can be tried again',
    noise: [/500/],
    run: async (page, baseUrl) => {
      await page.route('**/api/v1/targets*', (route) =>
        route.fulfill({
          status: 500,
          json: { status: 'error', errorType: 'internal', error: 'the disk is on fire' },
        }),
      );
      await page.goto(`${baseUrl}/targets`);
      await page.waitForSelector('[role=alert] >> text=the disk is on fire');
      await page.unroute('**/api/v1/targets*');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByTestId('target').first().waitFor();
    },
  },
  {
    name: 'discovery: labels before and after relabelling',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/service-discovery`);
      await page.locator('main button[aria-expanded]').first().waitFor();
      const closed = page.locator('main button[aria-expanded=false]');
      if ((await closed.count()) > 0) await closed.first().click();
      await page.waitForSelector('main >> text=__address__');
    },
  },
  {
    name: 'rules: groups with their expressions, or how to get some',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/rules`);
      await page.waitForSelector('[data-testid=rule], :text("No rules are loaded")');
    },
  },
  {
    name: 'rules: loaded but not evaluated yet is not called inactive',
    run: async (page, baseUrl) => {
      const never = '0001-01-01T00:00:00Z';
      const rule = {
        name: 'HostDown',
        query: 'up == 0',
        type: 'alerting',
        state: 'inactive',
        health: 'unknown',
        duration: 300,
        labels: { severity: 'page' },
        annotations: { summary: 'gone' },
        alerts: null,
        evaluationTime: 0,
        lastEvaluation: never,
      };
      const group = {
        name: 'hosts',
        file: 'rules.yml',
        interval: 60,
        rules: [rule],
        evaluationTime: 0,
        lastEvaluation: never,
      };
      await page.route('**/api/v1/rules', (route) =>
        route.fulfill({ json: { status: 'success', data: { groups: [group] } } }),
      );
      await page.goto(`${baseUrl}/rules`);
      await page.waitForSelector('text=Not evaluated');
      await page.waitForSelector('text=not evaluated yet');
      await page.getByRole('link', { name: 'up == 0' }).click();
      await page.waitForURL(/\/query\?g0\.expr=up\+%3D%3D\+0/);
    },
  },
  {
    name: 'status: runtime and build of the server',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/status`);
      await page.waitForSelector('dt:has-text("Running for")');
      await page.waitForSelector('dt:has-text("Version")');
    },
  },
  {
    name: 'config: the YAML as loaded, line by line',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/config`);
      const yaml = page.getByRole('region', { name: 'Configuration as YAML' });
      await yaml.waitFor();
      const answer = await (await fetch(`${baseUrl}/api/v1/status/config`)).json();
      assert.equal((await yaml.textContent()).trim(), answer.data.yaml.trim());
    },
  },
  {
    name: 'flags: filtered by name',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/flags`);
      await page.getByRole('searchbox').fill('--config.file');
      await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
      await page.waitForSelector('th:has-text("--config.file")');
    },
  },
  {
    name: 'storage: figures of the head and rankings',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/tsdb-status`);
      await page.waitForSelector('dt:has-text("Series in memory")');
      const { data } = await (await fetch(`${baseUrl}/api/v1/status/tsdb`)).json();
      assert(data.headStats.numSeries > 0);
      await page.waitForSelector(
        `main code:has-text("${data.labelValueCountByLabelName[0].name}")`,
      );
    },
  },
];
