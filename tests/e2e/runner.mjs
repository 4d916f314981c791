// Runs scenarios one after another, each in a browser context of its own. A scenario fails where it
// throws, and where the browser had something to complain of that it did not expect (`noise`).

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';

/** Waits until the server has scraped, so that graphs have something to draw. */
export async function waitForData(baseUrl) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(
      `${baseUrl}/api/v1/query?query=count(count_over_time(up[5m])>2)`,
    ).catch(() => null);
    const body = await answer?.json().catch(() => null);
    if (body?.data?.result?.length > 0) return;
    assert(Date.now() < deadline, `no data at ${baseUrl} after a minute`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function runOne(browser, scenario, { baseUrl, out, prepare }) {
  const { name, context: settings = {}, noise = [], run } = scenario;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    ...settings,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const problems = [];
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (!noise.some((expected) => expected.test(message.text())))
      problems.push(`console: ${message.text()}`);
  });
  const started = Date.now();
  try {
    await prepare(context, scenario);
    await run(page, baseUrl);
    assert.deepEqual(problems, [], 'the browser has nothing to complain of');
    console.log(`ok    ${name} (${Date.now() - started} ms)`);
    return true;
  } catch (error) {
    console.log(`FAIL  ${name}\n      ${String(error.message).split('\n').join('\n      ')}`);
    if (problems.length > 0) console.log(`      ${problems.join('\n      ')}`);
    if (out !== '') {
      mkdirSync(out, { recursive: true });
      await page.screenshot({
        path: `${out}/${name.replace(/\W+/g, '-')}.png`,
      });
    }
    return false;
  } finally {
    await context.close();
  }
}

/** Ends the process: 0 where all have passed. `prepare` gets each context before its page opens. */
export async function runScenarios(browser, scenarios, options) {
  const settings = { prepare: async () => {}, ...options };
  let failed = 0;
  for (const scenario of scenarios) {
    if (!(await runOne(browser, scenario, settings))) failed++;
  }
  await browser.close();
  console.log(`${scenarios.length - failed} of ${scenarios.length} scenarios passed`);
  process.exit(failed === 0 && scenarios.length > 0 ? 0 : 1);
}
