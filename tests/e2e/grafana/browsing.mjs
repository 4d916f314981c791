// Folders, search, stars, the trash; and dashboards that come by paste.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { api, panel, panelOf, store } from './session.mjs';

const ENVELOPE = new URL(
  '../../../examples/stacks/wingman/monitoring/wingman-health-overview.json',
  import.meta.url,
);
const row = (page, title) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title, exact: true }) });
const act = async (page, title, what) => {
  await page.getByRole('button', { name: `What to do with ${title}` }).click();
  await page.getByRole('menuitem', { name: what }).click();
};

export const browsing = [
  {
    name: 'import: what the API of another server gave, pasted, has its panels and thresholds',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/import/dashboard`);
      await page.waitForURL(/\/dashboard\/import/);
      await page.getByLabel('Or paste it').fill(readFileSync(ENVELOPE, 'utf8'));
      await page.getByRole('button', { name: 'Load', exact: true }).click();
      await page.waitForSelector('text=/2 panels/');
      const name = await page.getByLabel('Name').inputValue();
      assert.match(name, /Wingman/);
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.waitForURL(/\/d\/[^/]+/);
      await page.locator('[data-panel-key]').nth(1).waitFor();
      // Nothing of it is measured here, and that is what it says.
      await page
        .getByText(/There is no metric/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'browse: a folder, a dashboard moved into it, found, starred, on the home page',
    run: async (page, baseUrl) => {
      await store(page, baseUrl, {
        uid: 'wanderer',
        title: 'Wanderer',
        tags: ['walks'],
        panels: [panel('stat', 'Up', 'sum(up)')],
      });
      await page.goto(`${baseUrl}/dashboards`);
      await row(page, 'Wanderer').first().waitFor();
      await page.getByRole('button', { name: 'New', exact: true }).click();
      await page.getByRole('menuitem', { name: 'New folder' }).click();
      await page.getByLabel('Name').fill('Far away');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Far away', exact: true }).waitFor();
      await act(page, 'Wanderer', 'Move');
      const dialog = page.getByRole('dialog', { name: 'Move Wanderer' });
      await dialog.getByLabel('To').selectOption({ label: 'Far away' });
      await dialog.getByRole('button', { name: 'Move' }).click();
      await dialog.waitFor({ state: 'detached' });
      const folder = page.getByRole('list', { name: 'Far away' });
      await folder.getByRole('link', { name: 'Wanderer' }).waitFor();
      await page.getByRole('button', { name: 'Far away', exact: true }).click();
      await folder.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Far away', exact: true }).click();
      await page.getByRole('searchbox').fill('wander');
      await page.waitForURL(/query=wander/);
      assert.equal(
        await page.getByRole('list', { name: 'Found' }).getByRole('listitem').count(),
        1,
      );
      await page.getByRole('button', { name: 'Star Wanderer' }).click();
      await page.getByRole('button', { name: 'Take the star from Wanderer' }).waitFor();
      await page.getByRole('searchbox').fill('no such thing');
      await page.waitForSelector('text=Nothing like that here');
      await page.goto(`${baseUrl}/dashboards?tag=walks`);
      await row(page, 'Wanderer').waitFor();
      await page.goto(`${baseUrl}/`);
      await page.waitForSelector('h2:has-text("Starred")');
      await page.getByRole('link', { name: /^Wanderer/ }).click();
      await page.waitForURL(/\/d\/wanderer/);
      await panelOf(page, 'Up').waitFor();
      assert.match(await page.locator('header').first().textContent(), /Far away/);
    },
  },
  {
    name: 'trash: what was deleted is there, and comes back with its folder',
    noise: [/404/],
    run: async (page, baseUrl) => {
      await store(page, baseUrl, {
        uid: 'doomed',
        title: 'Doomed',
        panels: [],
      });
      await page.goto(`${baseUrl}/dashboards`);
      await act(page, 'Doomed', 'Delete');
      const dialog = page.getByRole('dialog', { name: 'Delete Doomed?' });
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await row(page, 'Doomed').waitFor({ state: 'detached' });
      await page.goto(`${baseUrl}/d/doomed`);
      await page.waitForSelector('text=There is no such dashboard');
      await page.goto(`${baseUrl}/dashboards/trash`);
      const trashed = page.getByRole('listitem').filter({ hasText: 'Doomed' });
      await trashed.getByRole('button', { name: 'Bring back' }).click();
      await trashed.waitFor({ state: 'detached' });
      await page.goto(`${baseUrl}/d/doomed`);
      await page.waitForSelector('h1:has-text("Doomed")');
      await api(page, 'DELETE', `${baseUrl}/api/dashboards/uid/doomed`);
    },
  },
  {
    name: 'palette: finds dashboards by their words',
    run: async (page, baseUrl) => {
      await store(page, baseUrl, {
        uid: 'wanderer',
        title: 'Wanderer',
        tags: ['walks'],
      });
      await page.goto(`${baseUrl}/dashboards`);
      await row(page, 'Wanderer').first().waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /^Search pages/ }).waitFor();
      await page.keyboard.type('wander');
      await page.getByRole('option', { name: /Wanderer/ }).waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/d\/wanderer/);
    },
  },
];
