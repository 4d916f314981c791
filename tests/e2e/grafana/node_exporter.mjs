// The dashboard that nearly everybody has, on what the server measures of its own machine.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { panelOf } from './session.mjs';

const FILE = 'rfmoz/a2fd8b_node-exporter-full.json';

/** What a panel shows, once it is settled: a drawing, figures, or why there is nothing. */
async function panelsInView(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('[data-panel-key]')].flatMap((panel) => {
      const box = panel.getBoundingClientRect();
      if (box.bottom < 0 || box.top > innerHeight) return [];
      const header = panel.querySelector('header');
      const body = header.nextElementSibling;
      const canvas = body.querySelector('canvas');
      return [
        {
          name: panel.getAttribute('aria-label'),
          busy: panel.hasAttribute('aria-busy'),
          drawn: canvas !== null || body.querySelector('svg, table, [role=grid]') !== null,
          words: body.innerText.trim(),
        },
      ];
    }),
  );
}

/** Down to the end, a window at a time, waiting for what is in view. */
export async function scrollThrough(page, each = async () => {}) {
  const seen = new Map();
  for (let screens = 0; screens < 80; screens++) {
    await page.waitForFunction(() =>
      [...document.querySelectorAll('[data-panel-key]')].every((panel) => {
        const box = panel.getBoundingClientRect();
        if (box.bottom < 0 || box.top > innerHeight || !panel.hasAttribute('aria-busy')) {
          const body = panel.querySelector('header').nextElementSibling;
          const inside = box.bottom > 0 && box.top < innerHeight;
          return !inside || body.innerText.trim() !== '' || body.querySelector('canvas, svg');
        }
        return false;
      }),
    );
    for (const one of await panelsInView(page)) seen.set(one.name, one);
    await each(screens);
    const more = await page.evaluate(() => {
      const before = scrollY;
      scrollBy(0, innerHeight - 120);
      return scrollY > before;
    });
    if (!more) break;
    await page.waitForTimeout(60);
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
        const silent = [...seen.values()].filter(
          ({ drawn, words, busy }) => busy || (!drawn && words === ''),
        );
        assert.deepEqual(silent, [], 'none is empty without a word');
        const bare = [...seen.values()].filter(({ words }) => words === 'No data');
        assert.deepEqual(bare, [], '“No data” comes with a reason');
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
