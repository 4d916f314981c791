// Data sources, people, tokens; who may do what; and the other two ports.

import assert from 'node:assert/strict';
import { api, DEFAULT_PASSWORD, panel, panelOf, signIn, store } from './session.mjs';

const VIEWER = { user: 'vera', password: 'only-looking' };

async function makeViewer(page, baseUrl) {
  const found = await page.request.get(`${baseUrl}/api/users/lookup?loginOrEmail=${VIEWER.user}`);
  if (found.ok()) return;
  await api(page, 'POST', `${baseUrl}/api/admin/users`, {
    login: VIEWER.user,
    password: VIEWER.password,
    OrgId: 1,
  });
}

export const settings = [
  {
    name: 'data sources: the own one works; another is added, told why not, mended, deleted',
    noise: [/400/, /502/],
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/datasources`);
      await page.getByRole('button', { name: 'Test Prometheus' }).click();
      await page.waitForSelector('text=It works');
      await page.getByRole('button', { name: 'Add a data source' }).click();
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Elsewhere');
      await page.getByLabel('Address').fill('http://127.0.0.1:1');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.waitForURL(/\/connections\/datasources\/edit\//);
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.waitForSelector('text=It does not work');
      await page.waitForSelector('text=/refused/');
      const own = await api(page, 'GET', `${baseUrl}/api/datasources/name/Prometheus`);
      await page.getByLabel('Address').fill(own.url);
      await page.getByRole('button', { name: 'Save and test' }).click();
      await page.waitForSelector('text=It works');
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.waitForURL(/\/connections\/datasources$/);
      await page.getByRole('list', { name: 'Data sources' }).waitFor();
      assert.equal(await page.getByRole('link', { name: 'Elsewhere' }).count(), 0);
    },
  },
  {
    name: 'users: one is made, gets another role, is deleted',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/admin/users`);
      await page.waitForURL(/\/org\/users/);
      await page.getByRole('button', { name: 'New user' }).click();
      const dialog = page.getByRole('dialog', { name: 'New user' });
      await dialog.getByLabel('User name').fill('eddi');
      await dialog.getByLabel('E-mail').fill('eddi@example.com');
      await dialog.getByLabel('Password').fill('abc');
      await dialog.getByText('At least 4 characters').waitFor();
      await dialog.getByLabel('Password').fill('abcd-efgh');
      await dialog.getByRole('button', { name: 'Create' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByLabel('Role of eddi').selectOption('Editor');
      await page.waitForFunction(async () => {
        const answer = await fetch('api/org/users');
        return (await answer.json()).some(
          ({ login, role }) => login === 'eddi' && role === 'Editor',
        );
      });
      const eddi = page.getByRole('listitem').filter({ hasText: 'eddi@example.com' });
      await eddi.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await eddi.waitFor({ state: 'detached' });
    },
  },
  {
    name: 'service accounts: a token is shown once, and opens the API',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/org/serviceaccounts`);
      await page.getByRole('button', { name: 'New service account' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('robot');
      await dialog.getByRole('button', { name: 'Create' }).click();
      await page.getByRole('button', { name: 'New token' }).click();
      await dialog.getByLabel('Name').fill('night shift');
      await dialog.getByRole('button', { name: 'Create' }).click();
      const key = (await page.locator('code').filter({ hasText: 'glsa_' }).textContent()).trim();
      const answer = await fetch(`${baseUrl}/api/search`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      assert.equal(answer.status, 200);
      await page.reload();
      await page.getByText('night shift').waitFor();
      assert.equal(await page.getByText(key).count(), 0, 'shown once');
      await page.getByRole('button', { name: 'Revoke' }).click();
      await page.getByText('night shift').waitFor({ state: 'detached' });
      const after = await fetch(`${baseUrl}/api/search`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      assert.equal(after.status, 401);
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.waitForSelector('text=No machine signs in here');
    },
  },
  {
    name: 'profile: preferences hold, sessions are listed',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/profile`);
      await page.getByRole('list', { name: 'Sessions' }).getByText('this one').waitFor();
      await page.waitForSelector('h2:has-text("Preferences")');
    },
  },
  {
    name: 'viewer: sees everything, and is offered nothing that changes it',
    as: null,
    noise: [/403/],
    run: async (page, baseUrl) => {
      await signIn(page.context(), baseUrl);
      await makeViewer(page, baseUrl);
      const address = await store(page, baseUrl, {
        uid: 'for-viewers',
        title: 'For viewers',
        panels: [panel('stat', 'Up', 'sum(up)')],
      });
      await page.context().clearCookies();
      await signIn(page.context(), baseUrl, VIEWER.user, VIEWER.password);
      await page.goto(address);
      const up = panelOf(page, 'Up');
      await up.getByText('2', { exact: true }).first().waitFor();
      assert.equal(await page.getByRole('button', { name: 'Edit', exact: true }).count(), 0);
      await up.hover();
      await up.getByRole('button', { name: /^Menu of/ }).click();
      await page.getByRole('menuitem', { name: /^View/ }).waitFor();
      for (const name of [/^Edit/, /^Remove/, /^Duplicate/]) {
        assert.equal(await page.getByRole('menuitem', { name }).count(), 0);
      }
      await page.keyboard.press('Escape');
      await up.hover();
      await page.keyboard.press('e');
      assert(!page.url().includes('editPanel'));
      await page.goto(`${address}?editPanel=${await up.getAttribute('data-panel-key')}`);
      await up.waitFor();
      const answer = await page.request.post(`${baseUrl}/api/dashboards/db`, {
        data: { dashboard: { title: 'Mine' } },
      });
      assert.equal(answer.status(), 403);
      await page.goto(`${baseUrl}/dashboards`);
      await page.getByRole('link', { name: 'For viewers' }).first().waitFor();
      assert.equal(await page.getByRole('button', { name: 'New', exact: true }).count(), 0);
      assert.equal(await page.getByRole('button', { name: /^What to do with/ }).count(), 0);
    },
  },
];

/** Only where there is a server that lets everybody look. */
export function anonymous(url) {
  return [
    {
      name: 'anonymous: looks around without a name, signs in to do more',
      as: null,
      run: async (page) => {
        await page.goto(`${url}/d/from-file`);
        await panelOf(page, 'Targets that answer').getByText('2', { exact: true }).waitFor();
        await page.goto(`${url}/dashboards`);
        await page.getByRole('link', { name: 'From a file' }).waitFor();
        assert.equal(await page.getByRole('button', { name: 'New', exact: true }).count(), 0);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.waitForURL(/\/login\?redirectTo=/);
        await page.getByRole('link', { name: 'Look around without signing in' }).click();
        await page.waitForURL(`${url}/dashboards`);
      },
    },
    {
      name: 'from a file: shown as such, and not to be saved over',
      as: { baseUrl: url, user: 'admin', password: DEFAULT_PASSWORD },
      run: async (page) => {
        await page.goto(`${url}/d/from-file`);
        await panelOf(page, 'Targets that answer').waitFor();
        await page.getByTitle(/comes from the file .*from-file\.json/).waitFor();
        const answer = await page.request.post(`${url}/api/dashboards/db`, {
          data: {
            dashboard: { uid: 'from-file', title: 'Mine', version: 1 },
            overwrite: true,
          },
        });
        assert.equal(answer.status(), 400);
      },
    },
  ];
}

/** The listeners that know no people open on their own homes, as ever. */
export function otherPorts(baseUrl, alertingUrl) {
  const rail = (page) => page.locator('nav#rail li').allTextContents();
  return [
    {
      name: 'other ports: metrics and alerts open on their own homes, without a sign-in',
      as: null,
      run: async (page) => {
        await page.goto(baseUrl);
        await page.waitForURL(/\/query/);
        await page.locator('.cm-content').waitFor();
        assert(!(await rail(page)).includes('Dashboards'));
        if (alertingUrl === '') return;
        await page.goto(alertingUrl);
        await page.waitForURL(/\/notifications/);
        await page.locator('nav#rail li').first().waitFor();
        assert.deepEqual(await rail(page), ['Notifications']);
      },
    },
  ];
}
