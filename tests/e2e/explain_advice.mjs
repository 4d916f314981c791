// Scenarios of advice in the editor, annotations of answers, and Explain.

import assert from 'node:assert/strict';

const graph = '[data-testid=graph][data-drawn] canvas';
const strip = '[data-testid=advice]';
const card = '[data-testid=hint-card]';
const rows = '[data-testid=explain] [role=treeitem]';

// A gauge and a counter that every server has of itself.
const GAUGE = 'prometheus_tsdb_head_series';
const COUNTER = 'prometheus_http_requests_total';

const params = (page) => new URL(page.url()).searchParams;
const address = (expr, more = '') =>
  `/query?g0.expr=${encodeURIComponent(expr)}&g0.tab=0&g0.range_input=5m${more}`;

/** Editor text, with its lines as lines. */
const typed = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'),
  );
const texts = (page, selector) =>
  page.locator(selector).evaluateAll((all) => all.map((one) => one.textContent).join(''));

async function typeExpression(page, baseUrl, text) {
  await page.goto(`${baseUrl}/query`);
  await page.waitForSelector('.cm-content');
  await page.locator('.cm-content').click();
  await page.keyboard.insertText(text);
  await page.keyboard.press('Escape');
}

async function openExplain(page, baseUrl, expr) {
  await page.goto(baseUrl + address(expr));
  await page.waitForSelector(graph);
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.waitForSelector(rows);
}

export const explainAdvice = [
  {
    name: 'advice: rate of a gauge is marked while typing, and its correction runs',
    run: async (page, baseUrl) => {
      await typeExpression(page, baseUrl, `rate(${GAUGE}[5m])`);
      await page.waitForSelector(strip);
      assert.match(await page.textContent(strip), /1 (warning|hint).*rate\(\)/);
      assert.equal(await texts(page, '.cm-hint'), `rate(${GAUGE}[5m])`);
      assert.equal(params(page).get('g0.expr'), null, 'advice does not run the query');
      await page.locator(strip).click();
      const list = page.getByRole('list', { name: 'Advice on the expression' });
      assert.match(await list.textContent(), /goes? up and down/);
      assert.equal(await list.locator('ins').textContent(), 'deriv');
      assert.equal(await list.locator('del').textContent(), 'rate');
      await list.getByRole('button', { name: 'Use this query' }).click();
      assert.equal(await typed(page), `deriv(${GAUGE}[5m])`);
      await page.keyboard.press('Enter');
      await page.waitForSelector(graph);
      assert.equal(params(page).get('g0.expr'), `deriv(${GAUGE}[5m])`);
      await page.waitForSelector(strip, { state: 'detached' });
      assert.equal(await page.locator('.cm-hint').count(), 0);
    },
  },
  {
    name: 'advice: a metric that nobody sends, too',
    run: async (page, baseUrl) => {
      await typeExpression(page, baseUrl, 'rate(go_goroutines[5m])');
      await page.waitForSelector(strip);
      assert.match(await texts(page, '.cm-hint'), /go_goroutines/);
    },
  },
  {
    name: 'advice: grouping behind a function is explained on hover, corrected and run',
    noise: [/400/],
    run: async (page, baseUrl) => {
      await typeExpression(page, baseUrl, 'topk(3, rate(http_requests_total[5m]) by (code))');
      await page.waitForSelector(strip);
      assert.match(await page.textContent(strip), /1 error/);
      assert.match(await texts(page, '.cm-hint-error'), /by/);
      await page.locator('.cm-hint-error').first().hover();
      await page.waitForSelector(card);
      const fix = page.locator(card).getByTestId('fix');
      assert.match(await fix.locator('ins').first().textContent(), /sum by \(code\)/);
      await page.locator(card).getByRole('button', { name: 'Use this query' }).click();
      const corrected = 'topk(3, sum by (code) (rate(http_requests_total[5m])))';
      assert.equal(await typed(page), corrected);
      await page.waitForSelector(card, { state: 'detached' });
      await page.keyboard.press('Control+z');
      assert.equal(await typed(page), 'topk(3, rate(http_requests_total[5m]) by (code))');
      await page.keyboard.press('Control+y');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=No series match');
      assert.equal(params(page).get('g0.expr'), corrected);
    },
  },
  {
    name: 'advice: by keyboard alone: F8 opens the card, Escape closes it, Ctrl . corrects',
    noise: [/400/],
    run: async (page, baseUrl) => {
      await typeExpression(page, baseUrl, `topk(3, rate(${COUNTER}[5m]) by (code))`);
      await page.waitForSelector(strip);
      await page.keyboard.press('F8');
      await page.waitForSelector(card);
      await page.keyboard.press('Escape');
      await page.waitForSelector(card, { state: 'detached' });
      await page.keyboard.press('Control+.');
      assert.equal(await typed(page), `topk(3, sum by (code) (rate(${COUNTER}[5m])))`);
      await page.keyboard.press('Enter');
      await page.waitForSelector(graph);
    },
  },
  {
    name: 'advice: says nothing of a word that is being typed until the hands rest',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/query`);
      await page.waitForSelector('.cm-content');
      // The moment the strip first says anything, to be held beside the moment of the last key.
      await page.evaluate((selector) => {
        new MutationObserver(() => {
          if (document.querySelector(selector) !== null) globalThis.saidAt ??= performance.now();
        }).observe(document.body, { childList: true, subtree: true });
      }, strip);
      await page.locator('.cm-content').click();
      const answered = page.waitForResponse(/query_advice/);
      await page.keyboard.insertText('no_such_metric_at_al');
      const keyAt = await page.evaluate(() => performance.now());
      await answered;
      await page.waitForSelector(strip);
      const after = (await page.evaluate(() => globalThis.saidAt)) - keyAt;
      assert(after > 800, `said ${after} ms after the last key`);
    },
  },
  {
    name: 'advice: what was said stays until something newer is known',
    run: async (page, baseUrl) => {
      await typeExpression(page, baseUrl, `rate(${GAUGE}[5m])`);
      await page.waitForSelector(strip);
      await page.route('**/api/v1/query_advice*', () => {});
      await page.keyboard.press('End');
      await page.keyboard.type(' + vector(1)', { delay: 40 });
      await page.waitForTimeout(500);
      assert(await page.locator(strip).isVisible());
      assert.equal(await texts(page, '.cm-hint'), `rate(${GAUGE}[5m])`);
      await page.locator(strip).click();
      const use = page.getByRole('button', { name: 'Use this query' });
      assert(await use.isDisabled(), 'a correction of the older text would undo the typing');
    },
  },
  {
    name: 'advice: never holds up a query, and outdated questions are taken back',
    noise: [/ERR_ABORTED|ERR_FAILED/],
    run: async (page, baseUrl) => {
      const taken = [];
      page.on('requestfailed', (request) => {
        if (request.url().includes('query_advice')) taken.push(request.postData());
      });
      await page.route('**/api/v1/query_advice*', () => {});
      await page.goto(`${baseUrl}/query`);
      await page.waitForSelector('.cm-content');
      await page.locator('.cm-content').click();
      const asked = page.waitForRequest(/query_advice/);
      await page.keyboard.insertText('vector(1)');
      await asked;
      await page.keyboard.insertText(' + 1');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      await page.waitForSelector(graph);
      await page.waitForFunction(() => true);
      for (let i = 0; i < 50 && taken.length === 0; i++) await page.waitForTimeout(50);
      assert.match(taken[0] ?? '', /vector%281%29&/);
    },
  },
  {
    name: 'annotations: those of the answer stand under the editor and point into it',
    run: async (page, baseUrl) => {
      await page.goto(baseUrl + address(`sum(rate(${GAUGE}[1m]))`));
      const note = page
        .getByRole('list', { name: 'What came with the answer' })
        .getByRole('listitem')
        .filter({ hasText: 'might not be a counter' });
      await note.waitFor();
      assert.match(await note.textContent(), /1:10$/);
      await note.hover();
      await page.waitForSelector('.cm-lit');
      assert.equal(await texts(page, '.cm-lit'), GAUGE);
      await page.mouse.move(0, 0);
      await page.waitForSelector('.cm-lit', { state: 'detached' });
    },
  },
  {
    name: 'explain: the plan as a tree whose rows point into the query',
    run: async (page, baseUrl) => {
      const expr = `sum by (code) (rate(${COUNTER}{code!="ü"}[5m]))`;
      await openExplain(page, baseUrl, expr);
      assert.equal(params(page).get('g0.explain'), '1');
      const tree = page.getByRole('tree', { name: 'Plan of the query' });
      const labels = await tree
        .getByRole('treeitem')
        .evaluateAll((all) =>
          all.map((row) => [
            row.getAttribute('aria-level'),
            row.querySelector('.sr-only').textContent,
          ]),
        );
      assert(labels.length >= 3, `sum, rate and what is read: ${JSON.stringify(labels)}`);
      const at = (words) => labels.findIndex(([, label]) => label.startsWith(words));
      const [sum, rate, read] = [at('sum by (code)'), at('rate'), at(COUNTER)];
      assert(sum >= 0 && rate > sum && read > rate, JSON.stringify(labels));
      assert.match(labels[read][1], /% of the time, .*\d+ series, .*samples/);
      await tree.getByRole('treeitem').nth(sum).hover();
      await page.waitForSelector('.cm-lit');
      assert.equal(await texts(page, '.cm-lit'), expr);
      await tree.getByRole('treeitem').nth(rate).hover();
      await page.waitForFunction(
        (want) =>
          [...document.querySelectorAll('.cm-lit')].map((e) => e.textContent).join('') === want,
        `rate(${COUNTER}{code!="ü"}[5m])`,
      );
      assert.match(await page.getByTestId('slowest').textContent(), /\d+ % of the time: \w+/);
      assert.match(await page.getByTestId('plan-totals').textContent(), /Series\d/);
      await page.reload();
      await page.waitForSelector(rows);
    },
  },
  {
    name: 'explain: the tree opens, closes and is walked by keyboard',
    run: async (page, baseUrl) => {
      await openExplain(page, baseUrl, `sum(rate(${COUNTER}[5m])) + count(up)`);
      const all = await page.locator(rows).count();
      const focused = () =>
        page.evaluate(() => document.activeElement?.getAttribute('data-key') ?? null);
      await page.locator(rows).first().focus();
      await page.keyboard.press('ArrowDown');
      assert.equal(await focused(), '0.0');
      await page.keyboard.press('End');
      const last = await focused();
      assert(last.length > 3);
      await page.keyboard.press('ArrowLeft');
      assert(last.startsWith(`${await focused()}.`), 'left of a leaf is what it belongs to');
      await page.keyboard.press('Home');
      assert.equal(await focused(), '0');
      await page.keyboard.press('ArrowLeft');
      assert.equal(await page.locator(rows).count(), 1, 'closed');
      assert.equal(await page.locator(rows).getAttribute('aria-expanded'), 'false');
      await page.keyboard.press('ArrowRight');
      assert.equal(await page.locator(rows).count(), all);
      await page.locator(rows).first().click();
      assert.equal(await page.locator(rows).count(), 1, 'a click closes, too');
      await page.getByTestId('slowest').click();
      await page.waitForFunction(() => document.activeElement?.hasAttribute('data-slowest'));
    },
  },
  ...[
    ['beside the graph where there is room', { width: 1440, height: 900 }, true],
    ['below the graph on a phone', { width: 360, height: 740 }, false],
  ].map(([words, viewport, beside]) => ({
    name: `explain: ${words}`,
    context: { viewport },
    run: async (page, baseUrl) => {
      await openExplain(page, baseUrl, 'sum(up)');
      const picture = await page.getByTestId('graph').boundingBox();
      const plan = await page.getByTestId('explain').boundingBox();
      if (beside) {
        assert(plan.x >= picture.x + picture.width && plan.y < picture.y + picture.height);
      } else {
        assert(plan.y >= picture.y + picture.height && plan.x < picture.x + picture.width);
      }
      assert(
        await page.evaluate(
          () => document.documentElement.scrollWidth <= document.documentElement.clientWidth,
        ),
        'nothing sticks out',
      );
      await page.getByRole('button', { name: 'Close Explain' }).click();
      await page.waitForSelector(rows, { state: 'detached' });
      assert.equal(params(page).get('g0.explain'), null);
    },
  })),
  {
    name: 'explain: a query that took long leads there',
    run: async (page, baseUrl) => {
      await page.route('**/api/v1/query_range', async (route) => {
        const answer = await route.fetch();
        const body = await answer.json();
        body.data.stats.timings.execTotalTime = 2.5;
        await route.fulfill({ json: body });
      });
      await page.goto(baseUrl + address('count(up)'));
      await page.getByRole('button', { name: 'See where the time goes' }).click();
      await page.waitForSelector(rows);
      assert.equal(params(page).get('g0.explain'), '1');
    },
  },
  {
    name: 'explain: a refresh of the graph does not measure again, Execute does',
    run: async (page, baseUrl) => {
      let measured = 0;
      page.on('request', (request) => {
        if (request.url().includes('query_explain')) measured++;
      });
      await openExplain(page, baseUrl, 'count(up)');
      assert.equal(measured, 1);
      const refreshed = page.waitForResponse(/query_range/);
      await page.keyboard.press('r');
      await refreshed;
      await page.waitForTimeout(300);
      assert.equal(measured, 1);
      const again = page.waitForResponse(/query_explain/);
      await page.getByRole('button', { name: 'Execute' }).click();
      await again;
      await page.getByRole('button', { name: 'Measure again' }).click();
      for (let i = 0; i < 50 && measured < 3; i++) await page.waitForTimeout(50);
      assert.equal(measured, 3);
    },
  },
];
