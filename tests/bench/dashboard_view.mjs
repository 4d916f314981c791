// How long a dashboard takes to be seen, in headless Chromium without a GPU:
//   node tests/bench/dashboard_view.mjs BASE_URL PATH [ROUNDS]
// Each round has an empty cache, signed in as admin. Prints one line of JSON: medians in
// milliseconds after navigation until the first row of panels and all panels in view are drawn, the
// layout shift, kilobytes of script and of everything, and the requests of a refresh, to be played
// again by others (dashboards.py).

import { createRequire } from 'node:module';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const [base, path, rounds = '7'] = process.argv.slice(2);

/** Runs in the page: watches until every panel in view shows data, or says that there is none. */
function watch() {
  const seen = { first: 0, all: 0, shift: 0 };
  window.__seen = seen;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  const drawn = (panel) => {
    if (panel.getAttribute('aria-busy') === 'true') return false;
    if (panel.querySelector('canvas, table') !== null) return true;
    const text = (panel.textContent ?? '').replace(panel.getAttribute('aria-label') ?? '', '');
    return /No data|N\/A|\d/.test(text);
  };
  const look = () => {
    const panels = [...document.querySelectorAll('[data-panel-key]')].filter((panel) => {
      const box = panel.getBoundingClientRect();
      return box.height > 40 && box.top < innerHeight && box.bottom > 0;
    });
    const tops = panels.map((panel) => panel.getBoundingClientRect().top);
    const row = panels.filter((_, i) => tops[i] < Math.min(...tops) + 20);
    if (panels.length > 0 && seen.first === 0 && row.every(drawn)) seen.first = performance.now();
    if (panels.length > 0 && panels.every(drawn)) seen.all = performance.now();
    else requestAnimationFrame(look);
  };
  document.addEventListener('DOMContentLoaded', look);
}

async function once(browser) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.request.post(`${base}/login`, { data: { user: 'admin', password: 'admin' } });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  const types = new Map();
  const weight = { script: 0, all: 0 };
  const queries = [];
  network.on('Network.responseReceived', (e) => types.set(e.requestId, e.type));
  network.on('Network.loadingFinished', (e) => {
    weight.all += e.encodedDataLength;
    if (types.get(e.requestId) === 'Script') weight.script += e.encodedDataLength;
  });
  page.on('request', (request) => {
    if (request.url().endsWith('/api/ds/query')) queries.push(JSON.parse(request.postData()));
  });
  await page.addInitScript(watch);
  await page.goto(base + path);
  await page.waitForFunction(() => window.__seen.all > 0, null, { timeout: 30_000 });
  const seen = await page.evaluate(() => window.__seen);
  await context.close();
  return { ...seen, script: weight.script / 1000, everything: weight.all / 1000, queries };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const all = [];
for (let i = 0; i < Number(rounds); i++) all.push(await once(browser));
await browser.close();
const median = (key) => all.map((one) => one[key]).sort((a, b) => a - b)[all.length >> 1];
const figures = ['first', 'all', 'shift', 'script', 'everything'];
const out = Object.fromEntries(figures.map((key) => [key, median(key)]));
console.log(JSON.stringify({ ...out, queries: all.at(-1).queries }));
