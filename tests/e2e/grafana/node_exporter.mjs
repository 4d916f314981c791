// The dashboard that nearly everybody has, on what the server measures of its own machine.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { panelOf } from './session.mjs';

const FILE = 'rfmoz/a2fd8b_node-exporter-full.json';

/** What the panels in the window show, once all of them have settled: runs in the page. */
function settledPanels() {
  const inView = (element) => {
    const box = element.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  };
  // Rooms of panels that are not made yet.
  if ([...document.querySelectorAll('main [class*="_room_"]')].some(inView)) return false;
  const shown = [...document.querySelectorAll('[data-panel-key]')].filter(inView).map((panel) => {
    const body = panel.querySelector('header').nextElementSibling;
    return {
      name: panel.getAttribute('aria-label'),
      busy: panel.hasAttribute('aria-busy'),
      drawn: body.querySelector('canvas, svg, table, [role=grid]') !== null,
      words: body.innerText.trim(),
    };
  });
  // “No data” waits for its reason.
  const done = ({ busy, drawn, words }) =>
    !busy && (drawn || (words !== '' && words !== 'No data'));
  globalThis.unsettled = shown.filter((one) => !done(one));
  return globalThis.unsettled.length === 0 && shown;
}

/** Down to the end, a window at a time, waiting for what is in view. */
export async function scrollThrough(page) {
  const seen = new Map();
  for (let screens = 0; screens < 80; screens++) {
    const shown = await page.waitForFunction(settledPanels).catch(async () => {
      const unsettled = await page.evaluate(() => globalThis.unsettled);
      assert.deepEqual(unsettled, [], 'each panel ends in data or in a reason');
      throw new Error('the panels in the window did not come');
    });
    for (const one of await shown.jsonValue()) seen.set(one.name, one);
    const more = await page.evaluate(async () => {
      const before = scrollY;
      scrollBy(0, innerHeight - 120);
      // What comes into view then is known after two frames.
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return scrollY > before;
    });
    if (!more) break;
  }
  return seen;
}

export const nodeExporterPath = '/d/rYdddlPWk?from=now-2m&to=now';

/** Where the dashboards of other people lie; none without them. */
export function nodeExporter(folder) {
  const file = `${folder}/${FILE}`;
  if (folder === '' || !existsSync(file)) {
    console.log(`skipped: the node exporter dashboard, there is no file ${file}`);
    return [];
  }
  const titles = [];
  const walk = (panels) => {
    for (const one of panels) {
      if (one.type !== 'row') titles.push(one.title);
      walk(one.panels ?? []);
    }
  };
  walk(JSON.parse(readFileSync(file, 'utf8')).panels);

  return [
    {
      name: 'import: a file from the gallery says what is in it and becomes a dashboard',
      run: async (page, baseUrl) => {
        await page.goto(`${baseUrl}/dashboard/import`);
        await page.getByLabel('JSON file').setInputFiles(file);
        await page.waitForSelector(`text=/${titles.length} panels, \\d+ variables/`);
        assert.equal(await page.getByLabel('Name').inputValue(), 'Node Exporter Full');
        await page.getByRole('button', { name: /^Import/ }).click();
        await page.waitForURL(/\/d\/rYdddlPWk/);
        await panelOf(page, 'CPU Busy').waitFor();
      },
    },
    {
      name: 'node exporter: every panel of all rows has data or says why it has none',
      run: async (page, baseUrl) => {
        await page.goto(baseUrl + nodeExporterPath);
        await panelOf(page, 'CPU Busy').locator('svg, canvas').first().waitFor();
        await page.keyboard.press('d');
        await page.keyboard.press('E');
        const seen = await scrollThrough(page);
        const missed = [...new Set(titles)].filter((title) => !seen.has(title));
        assert.deepEqual(missed, [], 'all panels were seen');
        const drawn = [...seen.values()].filter((one) => one.drawn);
        assert(drawn.length > 75, `${drawn.length} of ${seen.size} panels have a drawing`);
        const failed = [...seen.values()].filter(({ words }) => /failed|no answer/.test(words));
        assert.deepEqual(failed, []);
      },
    },
    {
      name: 'node exporter: another value of a variable asks anew, and is in the address',
      run: async (page, baseUrl) => {
        await page.goto(baseUrl + nodeExporterPath);
        await panelOf(page, 'CPU Busy').locator('svg').first().waitFor();
        const job = page.getByRole('button', { name: 'Job: node' });
        await job.click();
        const asked = page.waitForRequest(
          (request) =>
            request.url().includes('/api/ds/query') &&
            (request.postData() ?? '').includes('job=\\"watchfire\\"'),
        );
        // None that the query found: one types it.
        await page.getByLabel('Find a value of Job').fill('watchfire');
        await Promise.all([asked, page.keyboard.press('Enter')]);
        await page.waitForURL(/var-job=watchfire/);
        // That job has no metrics of a machine: each panel says so.
        await panelOf(page, 'CPU Basic').getByText('No data').waitFor();
        await page.goBack();
        await page.getByRole('button', { name: 'Job: node' }).waitFor();
        await panelOf(page, 'CPU Basic').locator('canvas').waitFor();
      },
    },
  ];
}
