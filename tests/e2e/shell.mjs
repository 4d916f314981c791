// Scenarios of the frame: themes, keys, palette, rail, addresses.

import assert from 'node:assert/strict';

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

export const shell = [
  {
    name: 'shell: the system’s theme first, then the person’s, kept over a reload',
    context: { colorScheme: 'dark' },
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/status`);
      const button = page.getByRole('button', { name: /^Theme/ });
      await button.waitFor();
      const dark = await background(page);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.waitForFunction(
        (before) => getComputedStyle(document.body).backgroundColor !== before,
        dark,
      );
      await button.click();
      await button.click();
      assert.equal(await button.getAttribute('aria-label'), 'Theme: dark');
      assert.equal(await background(page), dark, 'the person’s choice holds against the system');
      await page.reload();
      await button.waitFor();
      assert.equal(await background(page), dark);
    },
  },
  {
    name: 'shell: the palette finds pages and metrics by keyboard alone',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/status`);
      await page.getByRole('button', { name: /^Theme/ }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').waitFor();
      await page.keyboard.type('targ');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/targets/);
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').waitFor();
      await page.keyboard.type('scrape_dur');
      await page.waitForSelector('[role=option] >> text=scrape_duration_seconds');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/query\?g0\.expr=scrape_duration_seconds/);
    },
  },
  {
    name: 'shell: keys go places, and are listed under the question mark',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/status`);
      await page.getByRole('button', { name: /^Theme/ }).waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('t');
      await page.waitForURL(/\/targets/);
      await page.getByTestId('target').first().waitFor();
      await page.keyboard.press('/');
      assert.equal(
        await page.evaluate(() => document.activeElement?.getAttribute('type')),
        'search',
      );
      await page.keyboard.type('g?');
      assert.equal(await page.getByRole('searchbox').inputValue(), 'g?', 'keys rest while typing');
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Alerts' }).focus();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      assert.equal(
        await page.evaluate(() => document.activeElement?.textContent),
        'Alerts',
        'the focus is back where it was',
      );
    },
  },
  {
    name: 'shell: the rail narrows and stays so',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/status`);
      const width = () => page.locator('nav#rail').evaluate((rail) => rail.offsetWidth);
      await page.getByRole('button', { name: 'Narrow the rail' }).click();
      const slim = await width();
      assert(slim < 80, `${slim} px`);
      await page.reload();
      await page.getByRole('button', { name: 'Widen the rail' }).waitFor();
      assert.equal(await width(), slim);
    },
  },
  {
    name: 'shell: on a phone the rail is a drawer and nothing runs out of the picture',
    context: { viewport: { width: 360, height: 740 } },
    run: async (page, baseUrl) => {
      const paths = [
        '/query?g0.expr=up&g0.tab=0',
        '/query?g0.expr=up&g0.tab=1',
        '/query',
        '/targets',
        '/rules',
        '/alerts',
        '/backtest?expr=up',
        '/notifications',
        '/notifications/log',
        '/silences',
        '/silences/new',
        '/routing',
        '/receivers',
        '/dry-run',
        '/alerting-status',
        '/status',
        '/config',
        '/flags',
        '/tsdb-status',
      ];
      for (const path of paths) {
        await page.goto(baseUrl + path);
        await page.waitForTimeout(600);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert(wide <= 360, `${path} is ${wide} px wide`);
      }
      await page.getByRole('button', { name: 'Pages', exact: true }).click();
      await page.getByRole('link', { name: 'Targets', exact: true }).click();
      await page.waitForURL(/\/targets/);
    },
  },
  {
    name: 'shell: an address that is none says so',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/status`);
      await page.getByRole('link', { name: 'Query', exact: true }).waitFor();
      await page.evaluate(() =>
        history.pushState(null, '', `${new URL(document.baseURI).pathname}no-such-page`),
      );
      await page.waitForSelector('text=There is no page at this address');
    },
  },
];
