// A dashboard from nothing: a query, a picture of it, its place, saved, changed, brought back, shared.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { api, panel, panelOf, store } from './session.mjs';

const BOARD = {
  uid: 'workbench',
  title: 'Workbench',
  panels: [
    panel('timeseries', 'Left', 'up', { gridPos: { x: 0, y: 0, w: 8, h: 6 } }),
    panel('stat', 'Right', 'sum(up)', { gridPos: { x: 8, y: 0, w: 8, h: 6 } }),
  ],
};

const storedPanel = async (page, baseUrl, uid, title) => {
  const { dashboard } = await api(page, 'GET', `${baseUrl}/api/dashboards/uid/${uid}`);
  return dashboard.panels.find((one) => one.title === title);
};
const button = (page, name) => page.getByRole('button', { name, exact: true });

async function saveAs(page, words) {
  await button(page, 'Save').click();
  const dialog = page.getByRole('dialog', { name: 'Save the dashboard' });
  await dialog.getByLabel('What was changed, in a few words').fill(words);
  const text = await dialog.textContent();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  return text;
}

export const building = [
  {
    name: 'build: from nothing to a saved dashboard with a query, a picture and a name',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/dashboard/new`);
      await button(page, 'Add visualization').click();
      await page.waitForURL(/editPanel=/);
      await page.locator('.cm-content').first().click();
      await page.keyboard.insertText('sum by (job) (scrape_samples_scraped)');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      const preview = page.locator('[data-panel-key]');
      await preview.locator('canvas').waitFor();
      await page.getByRole('complementary').getByLabel('Title').fill('Samples of a scrape');
      await page.getByRole('button', { name: /^Visualization:/ }).click();
      await page.getByLabel('Search visualizations').fill('bar gauge');
      await page
        .getByRole('button', { name: /^Bar gauge/ })
        .first()
        .click();
      await preview.getByText('watchfire').first().waitFor();
      await page.getByRole('button', { name: 'Visualization: Bar gauge' }).waitFor();
      await button(page, 'Apply').click();
      await panelOf(page, 'Samples of a scrape').getByText('watchfire').first().waitFor();
      await page.waitForSelector('text=Unsaved changes');
      await button(page, 'Save').click();
      const dialog = page.getByRole('dialog', { name: 'Save the dashboard' });
      await dialog.getByLabel('Title').fill('Built here');
      await dialog.getByRole('button', { name: 'Save', exact: true }).click();
      await page.waitForURL(/\/d\/[^/]+\/built-here/);
      await page.reload();
      await panelOf(page, 'Samples of a scrape').getByText('watchfire').first().waitFor();
      assert.equal(await page.getByText('Unsaved changes').count(), 0);
    },
  },
  {
    name: 'edit: advice while writing; a query that fails says where; nothing is lost by discarding',
    noise: [/400/],
    run: async (page, baseUrl) => {
      const address = await store(page, baseUrl, BOARD);
      await page.goto(address);
      await panelOf(page, 'Left').hover();
      await page.keyboard.press('e');
      await page.waitForURL(/editPanel=/);
      const field = page.locator('.cm-content').first();
      await field.click();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText('rate(prometheus_tsdb_head_series[5m])');
      // A gauge under rate().
      await page.getByTestId('advice').first().waitFor();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText('sum(up) by (job) foo');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      await page
        .getByText(/parse error/)
        .first()
        .waitFor();
      await button(page, 'Discard panel changes').click();
      await page.waitForURL((url) => !url.searchParams.has('editPanel'));
      await panelOf(page, 'Left').locator('canvas').waitFor();
      assert.equal(await page.getByText('Unsaved changes').count(), 0);
    },
  },
  {
    name: 'layout: moved and resized by pointer and by keys, saved with what changed, and kept',
    run: async (page, baseUrl) => {
      await page.goto(await store(page, baseUrl, BOARD));
      await panelOf(page, 'Left').locator('canvas').waitFor();
      await button(page, 'Edit').click();
      const right = panelOf(page, 'Right');
      await page.getByRole('button', { name: /^Move “Right”/ }).waitFor();
      const from = await right.boundingBox();
      await page.mouse.move(from.x + 60, from.y + 14);
      await page.mouse.down();
      await page.mouse.move(from.x + 160, from.y + 18, { steps: 8 });
      await page.mouse.move(from.x + 500, from.y + 18, { steps: 12 });
      await page.mouse.up();
      await button(page, 'Save').waitFor();
      await page.getByRole('button', { name: /^Move “Left”/ }).focus();
      await page.keyboard.press('Shift+ArrowDown');
      await button(page, 'Done').click();
      const words = await saveAs(page, 'Moved to the side');
      assert.match(words, /Right/);
      assert.match(words, /Left/);
      const moved = (await storedPanel(page, baseUrl, 'workbench', 'Right')).gridPos;
      assert(moved.x > 10, `${JSON.stringify(moved)} after dragging`);
      assert.equal((await storedPanel(page, baseUrl, 'workbench', 'Left')).gridPos.h, 7);
      await page.reload();
      const [left, now] = [await panelOf(page, 'Left').boundingBox(), await right.boundingBox()];
      assert(now.x > left.x + left.width, 'beside each other, with room between');
    },
  },
  {
    name: 'versions: compared, and an old one brought back',
    run: async (page, baseUrl) => {
      const address = await store(page, baseUrl, {
        ...BOARD,
        uid: 'versioned',
        title: 'Versioned',
      });
      await store(page, baseUrl, {
        ...BOARD,
        uid: 'versioned',
        title: 'Versioned',
        panels: [{ ...BOARD.panels[0], title: 'Renamed' }],
      });
      await page.goto(`${address}?editview=versions`);
      await page.getByRole('checkbox').nth(0).check();
      await page.getByRole('checkbox').nth(1).check();
      await page.waitForSelector('text=/From version \\d+ to version \\d+/');
      await page.getByText('Renamed').first().waitFor();
      await page.getByRole('button', { name: 'Restore' }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await button(page, 'Back to the dashboard').click();
      await panelOf(page, 'Left').waitFor();
      assert(await storedPanel(page, baseUrl, 'versioned', 'Left'));
    },
  },
  {
    name: 'settings: the JSON changed by hand, with its mistakes told',
    run: async (page, baseUrl) => {
      const address = await store(page, baseUrl, { ...BOARD, uid: 'set-up', title: 'Set up' });
      await page.goto(`${address}?editview=json-model`);
      const model = page.getByLabel('Model');
      const text = await model.inputValue();
      await model.fill(text.slice(0, -3));
      await page
        .getByText(/[Ll]ine \d+|\d+:\d+/)
        .first()
        .waitFor();
      await model.fill(text.replace('"Left"', '"Left by hand"'));
      await button(page, 'Apply').click();
      await button(page, 'Back to the dashboard').click();
      await panelOf(page, 'Left by hand').waitFor();
      await saveAs(page, 'By hand');
      assert(await storedPanel(page, baseUrl, 'set-up', 'Left by hand'));
    },
  },
  {
    name: 'share: a snapshot keeps its data and opens without a sign-in; an export is a file',
    run: async (page, baseUrl) => {
      await page.goto(await store(page, baseUrl, BOARD));
      await panelOf(page, 'Left').locator('canvas').waitFor();
      await button(page, 'Share the dashboard').click();
      const dialog = page.getByRole('dialog', { name: /^Share/ });
      await dialog.getByText('Export', { exact: true }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('button', { name: /Download|Save/ }).click(),
      ]);
      const file = JSON.parse(await readFile(await download.path(), 'utf8'));
      assert.equal(file.title, 'Workbench');
      await dialog.getByText('Snapshot', { exact: true }).click();
      await dialog.getByRole('button', { name: /snapshot/i }).click();
      const link = (await dialog.locator('code').first().textContent()).trim();
      assert.match(link, /\/dashboard\/snapshot\/\w+/);
      const stranger = await page.context().browser().newContext();
      const other = await stranger.newPage();
      const asked = [];
      other.on('request', (request) => {
        if (request.url().includes('/api/ds/query')) asked.push(request.url());
      });
      await other.goto(baseUrl + new URL(link).pathname);
      await panelOf(other, 'Left').locator('canvas').waitFor();
      await panelOf(other, 'Right').getByText('2', { exact: true }).waitFor();
      assert.deepEqual(asked, [], 'a snapshot asks nobody');
      await stranger.close();
    },
  },
  {
    name: 'leaving with unsaved changes asks once',
    run: async (page, baseUrl) => {
      await page.goto(await store(page, baseUrl, BOARD));
      await button(page, 'Edit').click();
      await page.getByRole('button', { name: /^Remove “Right”/ }).click();
      await button(page, 'Save').waitFor();
      await page.getByRole('link', { name: 'Home', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      assert.match(page.url(), /\/d\/workbench/);
      await button(page, 'Discard').click();
      await button(page, 'Save').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /^Remove “Right”/ }).waitFor();
    },
  },
];
