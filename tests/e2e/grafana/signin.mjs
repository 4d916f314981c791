// Coming and going: the first sign-in, wrong passwords, where one wanted to be, the way out.

import assert from 'node:assert/strict';
import { DEFAULT_PASSWORD, OWN_PASSWORD, signIn } from './session.mjs';

async function fillIn(page, user, password) {
  await page.getByLabel('E-mail or user name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** These come first, in this order: the second ends with a password of one's own. */
export const signin = [
  {
    name: 'first sign-in: a new server names its password, and asks for another; that may wait',
    as: null,
    run: async (page, baseUrl) => {
      await page.goto(baseUrl);
      await page.waitForURL(/\/login/);
      await page.waitForSelector('text=The first time');
      await fillIn(page, 'admin', DEFAULT_PASSWORD);
      await page.waitForSelector('h1:has-text("Choose a password of your own")');
      await page.getByRole('button', { name: 'Skip' }).click();
      await page.waitForURL(`${baseUrl}/`);
      await page.waitForSelector('h2:has-text("Three steps to the first dashboard")');
      await page.waitForSelector('h2:has-text("Firing now")');
      for (const step of ['See what is scraped', 'Import a dashboard', 'Build one']) {
        await page.getByRole('link', { name: new RegExp(step) }).waitFor();
      }
    },
  },
  {
    name: 'first sign-in: a password of one’s own, checked while typing, then back to the wish',
    as: null,
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/connections/datasources?x=1`);
      await page.waitForURL(/\/login\?redirectTo=/);
      await fillIn(page, 'admin', DEFAULT_PASSWORD);
      const save = page.getByRole('button', { name: 'Save and go on' });
      await page.getByLabel('New password', { exact: true }).fill('abc');
      await save.click();
      await page.waitForSelector('text=At least 4 characters');
      await page.getByLabel('New password', { exact: true }).fill(DEFAULT_PASSWORD);
      await page.waitForSelector('text=That is the one you have');
      await page.getByLabel('New password', { exact: true }).fill(OWN_PASSWORD);
      await page.getByLabel('New password again').fill('something else');
      await page.waitForSelector('text=The two are not the same');
      await page.getByLabel('New password again').fill(OWN_PASSWORD);
      await save.click();
      await page.waitForURL(`${baseUrl}/connections/datasources?x=1`);
      await page.getByRole('list', { name: 'Data sources' }).waitFor();
    },
  },
  {
    name: 'sign-in: what is missing or wrong is said, and what was typed stays',
    as: null,
    noise: [/401/],
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/login`);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.waitForSelector('text=The password is missing');
      await fillIn(page, 'admin', 'not this one');
      await page.getByRole('alert').waitFor();
      assert.match(await page.getByRole('alert').textContent(), /[Ii]nvalid username or password/);
      assert.equal(await page.getByLabel('E-mail or user name').inputValue(), 'admin');
      await page.getByLabel('Password', { exact: true }).fill(OWN_PASSWORD);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${baseUrl}/`);
    },
  },
  {
    name: 'sign-in: leads nowhere but to this server',
    as: null,
    run: async (page, baseUrl) => {
      const elsewhere = encodeURIComponent('//127.0.0.1:1/evil');
      await page.goto(`${baseUrl}/login?redirectTo=${elsewhere}`);
      await fillIn(page, 'admin', OWN_PASSWORD);
      await page.waitForURL(`${baseUrl}/`);
    },
  },
  {
    name: 'sign-out: from the menu; the session is over, here and in other windows',
    as: null,
    noise: [/401/],
    run: async (page, baseUrl) => {
      await signIn(page.context(), baseUrl);
      await page.goto(`${baseUrl}/profile`);
      const other = await page.context().newPage();
      await other.goto(`${baseUrl}/dashboards`);
      await other.getByRole('button', { name: /^You/ }).waitFor();
      await page.getByRole('button', { name: /^You/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.waitForURL(/\/login/);
      const answer = await page.request.get(`${baseUrl}/api/user`);
      assert.equal(answer.status(), 401);
      await other.getByRole('link', { name: 'Settings' }).click();
      await other.waitForURL(/\/login\?redirectTo=/);
    },
  },
];
