// The pages in a real browser before a running server:
//   node tests/e2e/run.mjs --base-url http://127.0.0.1:9090 [--only WORD] [--out DIR]
// The server must scrape itself, so that `up` has a series; those of alerting need the rules and
// routes that tests/scenarios/browser.py writes, and --alerting-url, where Alertmanager's port is.
// With --out, a picture of the page is kept for every scenario that fails.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { launch, options } from './browser.mjs';
import { alerting, alertmanagerPort } from './alerting.mjs';
import { accessibility } from './accessibility.mjs';
import { explainAdvice } from './explain_advice.mjs';
import { pages } from './pages.mjs';
import { query } from './query.mjs';
import { shell } from './shell.mjs';

const { baseUrl, alertingUrl, chromium, only, out } = options();

/** Waits until the server has scraped, so that graphs have something to draw. */
async function waitForData() {
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

const scenarios = [
  ...query,
  ...explainAdvice,
  ...pages,
  ...alerting,
  ...(alertingUrl === '' ? [] : alertmanagerPort(alertingUrl)),
  ...shell,
  ...accessibility,
].filter(({ name }) => name.includes(only));
const browser = await launch(chromium);
let failed = 0;
await waitForData();
for (const { name, context: settings = {}, noise = [], run } of scenarios) {
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
    await run(page, baseUrl);
    assert.deepEqual(problems, [], 'the browser has nothing to complain of');
    console.log(`ok    ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n      ${String(error.message).split('\n').join('\n      ')}`);
    if (out !== '') {
      mkdirSync(out, { recursive: true });
      await page.screenshot({
        path: `${out}/${name.replace(/\W+/g, '-')}.png`,
      });
    }
  }
  await context.close();
}
await browser.close();
console.log(`${scenarios.length - failed} of ${scenarios.length} scenarios passed`);
process.exit(failed === 0 && scenarios.length > 0 ? 0 : 1);
