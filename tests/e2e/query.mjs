// Scenarios of the query page.

import assert from 'node:assert/strict';

const graph = '[data-testid=graph][data-drawn] canvas';
const status = '[data-testid=status]';

const params = (page) => new URL(page.url()).searchParams;

async function typeExpression(page, text) {
  const editor = page.locator('.cm-content').first();
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

async function openGraph(page, baseUrl, expr, more = '') {
  await page.goto(
    `${baseUrl}/query?g0.expr=${encodeURIComponent(expr)}&g0.tab=0&g0.range_input=5m${more}`,
  );
  await page.waitForSelector(graph);
}

/** True if any pixel of the chart's drawing area differs from its background. */
async function hasInk(page) {
  return page.evaluate((selector) => {
    const canvas = document.querySelector(selector);
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    // Axes and grid are grey; lines are not.
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
      const rgb = [data[i], data[i + 1], data[i + 2]];
      if (data[i + 3] > 200 && Math.max(...rgb) - Math.min(...rgb) > 40) coloured++;
    }
    return coloured > 20;
  }, graph);
}

export const query = [
  {
    name: 'query: Enter in the editor executes and the address holds it',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/`);
      await page.waitForURL(/\/query/);
      await page.waitForSelector('.cm-content');
      await typeExpression(page, 'count(up)');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      await page.waitForSelector(graph);
      assert.equal(params(page).get('g0.expr'), 'count(up)');
      assert.match(await page.textContent(status), /^1 series · \d/);
    },
  },
  {
    name: 'query: Shift Enter makes a new line and the button executes',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/query`);
      await page.waitForSelector('.cm-content');
      await typeExpression(page, 'count(up)');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Shift+Enter');
      await page.keyboard.insertText('+ 1');
      await page.getByRole('button', { name: 'Execute' }).click();
      await page.waitForSelector(graph);
      assert.equal(params(page).get('g0.expr'), 'count(up)\n+ 1');
    },
  },
  {
    name: 'query: names are completed from the server',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/query`);
      await page.waitForSelector('.cm-content');
      await page.locator('.cm-content').click();
      await page.keyboard.type('scrape_dur', { delay: 20 });
      await page.waitForSelector('.cm-tooltip-autocomplete >> text=scrape_duration_seconds');
      await page.waitForTimeout(200);
      await page.keyboard.press('Enter');
      assert.equal((await page.textContent('.cm-content')).trim(), 'scrape_duration_seconds');
      assert.equal(
        params(page).get('g0.expr'),
        null,
        'the first Enter completes, it does not execute',
      );
    },
  },
  {
    name: 'query: the graph is drawn, in both themes',
    run: async (page, baseUrl) => {
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await openGraph(page, baseUrl, 'scrape_duration_seconds');
        assert(await hasInk(page), `lines in the ${colorScheme} theme`);
      }
    },
  },
  {
    name: 'query: hovering shows time and values',
    run: async (page, baseUrl) => {
      await openGraph(page, baseUrl, 'up');
      const box = await page.locator(graph).boundingBox();
      await page.mouse.move(box.x + box.width * 0.95, box.y + box.height / 2);
      const tooltip = page.locator('[class*=tooltip]:not([hidden])').first();
      await tooltip.waitFor();
      assert.match(await tooltip.textContent(), /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*[01]/);
    },
  },
  {
    name: 'query: arrow keys walk along the graph',
    run: async (page, baseUrl) => {
      await openGraph(page, baseUrl, 'up');
      await page.getByTestId('graph').focus();
      await page.keyboard.press('ArrowLeft');
      const tooltip = page.locator('[class*=tooltip]:not([hidden])').first();
      await tooltip.waitFor();
      const first = await tooltip.textContent();
      await page.keyboard.press('ArrowLeft');
      await page.waitForFunction(
        (before) =>
          document.querySelector('[class*=tooltip]:not([hidden])')?.textContent !== before,
        first,
      );
    },
  },
  {
    name: 'query: dragging zooms, double click and Back return',
    run: async (page, baseUrl) => {
      await openGraph(page, baseUrl, 'vector(1)');
      const box = await page.locator(graph).boundingBox();
      const y = box.y + box.height / 2;
      const drag = async () => {
        await page.mouse.move(box.x + box.width * 0.4, y);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * 0.6, y, { steps: 5 });
        await page.mouse.up();
        await page.waitForURL(/end_input/);
      };
      await drag();
      assert.match(params(page).get('g0.end_input'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      const zoomed = params(page).get('g0.range_input');
      assert.match(zoomed, /^(1m)?\d+s$|^1m$/, `about a fifth of five minutes, not ${zoomed}`);
      await page.waitForSelector(graph);
      await page.waitForTimeout(300);
      await page.mouse.dblclick(box.x + box.width / 2, y);
      await page.waitForURL((url) => !url.search.includes('end_input'));
      assert.equal(params(page).get('g0.range_input'), '5m');
      await page.waitForTimeout(300);
      await drag();
      await page.goBack();
      await page.waitForURL((url) => !url.search.includes('end_input'));
    },
  },
  {
    name: 'query: the legend shows one series alone, all again, and toggles with Ctrl',
    run: async (page, baseUrl) => {
      await openGraph(
        page,
        baseUrl,
        'label_replace(up, "copy", "a", "", "") or label_replace(up, "copy", "b", "", "")',
      );
      const rows = page.locator('[role=group][aria-label=Legend] button[aria-pressed]');
      const pressed = () =>
        rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-pressed')));
      const count = (await pressed()).length;
      assert(count >= 2, 'two series at least');
      await rows.nth(1).click();
      assert.deepEqual((await pressed()).indexOf('true'), 1);
      assert.equal(
        (await pressed()).filter((one) => one === 'true').length,
        1,
        'only the one clicked',
      );
      await rows.nth(1).click();
      assert(!(await pressed()).includes('false'), 'all again');
      await rows.nth(0).click({ modifiers: ['Control'] });
      assert.deepEqual(await pressed(), ['false', ...new Array(count - 1).fill('true')]);
    },
  },
  {
    name: 'query: the table shows labels and value, and a chip filters',
    run: async (page, baseUrl) => {
      await page.goto(
        `${baseUrl}/query?g0.expr=${encodeURIComponent('{__name__=~"scrape_.+|up"}')}&g0.tab=1`,
      );
      const rows = page.locator('[role=rowgroup] [role=row]');
      await rows.first().waitFor();
      const chip = rows.first().getByRole('button').first();
      await chip.click();
      const filter = page.getByRole('searchbox');
      assert.match(await filter.inputValue(), /^\w+="[^"]+"$/);
      await filter.fill('nothing has this');
      await page.waitForSelector('text=matches the filter');
    },
  },
  {
    name: 'query: ten thousand rows keep few elements',
    run: async (page, baseUrl) => {
      const result = Array.from({ length: 10_000 }, (_, i) => ({
        metric: { __name__: 'made_up', instance: `host-${i}` },
        value: [1, String(i)],
      }));
      await page.route('**/api/v1/query', (route) =>
        route.fulfill({ json: { status: 'success', data: { resultType: 'vector', result } } }),
      );
      await page.goto(`${baseUrl}/query?g0.expr=made_up&g0.tab=1`);
      await page.waitForSelector('[role=row] >> text=host-0');
      assert((await page.locator('[role=rowgroup] [role=row]').count()) < 100);
      await page
        .getByRole('region', { name: 'Result rows' })
        .evaluate((e) => e.scrollTo(0, e.scrollHeight));
      await page.waitForSelector('[role=row] >> text=host-9999');
    },
  },
  {
    name: 'query: an address opens as it was left',
    run: async (page, baseUrl) => {
      const address =
        'g0.expr=up&g0.tab=0&g0.range_input=5m&g0.end_input=2026-01-02+03%3A04%3A05&g0.step_input=7&g1.expr=vector(3)&g1.tab=1&g1.range_input=1h';
      await page.goto(`${baseUrl}/graph?${address}`);
      await page.waitForURL(/\/query\?/);
      await page.getByRole('row').filter({ hasText: '3' }).first().waitFor();
      assert.equal(await page.getByTestId('expression').count(), 2);
      assert.equal(
        decodeURIComponent(new URL(page.url()).search.slice(1)),
        decodeURIComponent(address),
      );
      await page.getByRole('button', { name: 'Longer range' }).first().click();
      await page.waitForURL(/g0\.range_input=15m/);
      assert.equal(params(page).get('g0.step_input'), '7');
      assert.equal(params(page).get('g1.expr'), 'vector(3)');
      await page.reload();
      assert.equal(params(page).get('g0.range_input'), '15m');
    },
  },
  {
    name: 'query: a mistake is told in the server’s words and marked in the editor',
    noise: [/400/],
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/query?g0.expr=${encodeURIComponent('up foo')}&g0.tab=0`);
      const alert = page.getByRole('alert');
      await alert.waitFor();
      assert.match(await alert.textContent(), /parse error/);
      await page.waitForSelector('.cm-server-error');
      assert.equal(await page.textContent('.cm-server-error'), 'foo');
    },
  },
  {
    name: 'query: a slip in a name gets the name that was meant',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/query?g0.expr=scrape_duraton_seconds&g0.tab=1`);
      await page.getByRole('button', { name: 'Use scrape_duration_seconds' }).click();
      await page.locator('[role=rowgroup] [role=row]').first().waitFor();
      assert.equal(params(page).get('g0.expr'), 'scrape_duration_seconds');
    },
  },
  {
    name: 'query: the last good answer stays when the server goes away',
    noise: [/ERR_FAILED/],
    run: async (page, baseUrl) => {
      await openGraph(page, baseUrl, 'up');
      await page.route('**/api/v1/**', (route) => route.abort());
      await page.getByRole('button', { name: 'Run all panels again' }).click();
      await page.waitForSelector('text=What you see is the answer of');
      assert(await page.locator(graph).isVisible());
      await page.unroute('**/api/v1/**');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.waitForSelector('text=What you see is the answer of', { state: 'detached' });
    },
  },
  {
    name: 'query: a range without data says so and leads back to now',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/query?g0.expr=up&g0.tab=0&g0.end_input=2001-01-01+00%3A00%3A00`);
      await page.waitForSelector('text=No series match in this range');
      await page.getByRole('button', { name: 'Go to now' }).click();
      await page.waitForSelector(graph);
      assert.equal(params(page).get('g0.end_input'), null);
    },
  },
  {
    name: 'query: what takes long can be cancelled',
    run: async (page, baseUrl) => {
      await page.route('**/api/v1/query_range', () => {});
      await page.goto(`${baseUrl}/query?g0.expr=up&g0.tab=0`);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.waitForSelector('text=The query was cancelled');
      await page.unroute('**/api/v1/query_range');
      await page.getByRole('button', { name: 'Run again', exact: true }).click();
      await page.waitForSelector(graph);
    },
  },
  {
    name: 'query: a refresh keeps the picture and the values under the pointer',
    run: async (page, baseUrl) => {
      await openGraph(page, baseUrl, 'up');
      const box = await page.locator(graph).boundingBox();
      await page.mouse.move(box.x + box.width * 0.95, box.y + box.height / 2);
      const tooltip = page.locator('[class*=tooltip]:not([hidden])').first();
      await tooltip.waitFor();
      await page.evaluate(
        (selector) => (document.querySelector(selector).dataset.mine = ''),
        graph,
      );
      const before = await page.locator(status).getAttribute('title');
      await page.waitForTimeout(1100);
      await page.keyboard.press('r');
      await page.waitForFunction(
        ([selector, old]) => document.querySelector(selector)?.title !== old,
        [status, before],
      );
      await page.waitForTimeout(300);
      assert(await page.locator('canvas[data-mine]').isVisible(), 'the same canvas');
      assert(await tooltip.isVisible(), 'the values are still there');
    },
  },
  {
    name: 'query: warnings are shown beside the data',
    run: async (page, baseUrl) => {
      await page.route('**/api/v1/query_range', async (route) => {
        const answer = await route.fetch();
        const body = await answer.json();
        await route.fulfill({
          json: { ...body, warnings: ['a warning in words'], infos: ['an info in words'] },
        });
      });
      await openGraph(page, baseUrl, 'up');
      await page.waitForSelector('text=a warning in words');
      await page.waitForSelector('text=an info in words');
    },
  },
  {
    name: 'query: menus open and close by keyboard, and the focus returns',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/query?g0.expr=up&g0.tab=0`);
      const button = page.getByRole('button', { name: 'How often to run again' });
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menu').waitFor();
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      await page.waitForFunction(() => document.activeElement?.textContent === 'Off');
      await page.keyboard.press('ArrowDown');
      assert.equal(await focused(), '5s');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      assert.equal(await focused(), '15m', 'round at the ends');
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'hidden' });
      assert.equal(await button.evaluate((one) => one === document.activeElement), true);
      await page.keyboard.press('Enter');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.waitForURL(/refresh=15m/);
      await page.getByTestId('range').click();
      await page.getByRole('button', { name: 'Last 30 minutes' }).click();
      await page.waitForURL(/range_input=30m/);
      await page.getByRole('button', { name: /^Step/ }).click();
      await page.getByRole('textbox', { name: 'Step', exact: true }).fill('20s');
      await page.keyboard.press('Enter');
      await page.waitForURL(/step_input=20/);
    },
  },
  {
    name: 'query: panels are added, keep what is typed in them, and go',
    run: async (page, baseUrl) => {
      await openGraph(page, baseUrl, 'up');
      await page.getByRole('button', { name: 'Add panel' }).click();
      await page.locator('.cm-content').nth(1).waitFor();
      await page.locator('.cm-content').nth(1).click();
      await page.keyboard.insertText('vector(7)');
      await page.getByRole('button', { name: 'Panel actions' }).first().click();
      await page.getByRole('menuitem', { name: 'Remove' }).click();
      await page.waitForFunction(() => document.querySelectorAll('.cm-content').length === 1);
      assert.equal((await page.textContent('.cm-content')).trim(), 'vector(7)');
    },
  },
];
