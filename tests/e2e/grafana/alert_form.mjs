// Alert rules as people know them from Grafana, and where their alerts go.

import assert from 'node:assert/strict';
import { api } from './session.mjs';

async function folder(page, baseUrl) {
  const all = await api(page, 'GET', `${baseUrl}/api/folders`);
  if (all.some(({ title }) => title === 'Services')) return;
  await api(page, 'POST', `${baseUrl}/api/folders`, { title: 'Services' });
}

export function alertForm(webhookUrl) {
  return [
    {
      name: 'alert rule: WHEN last() OF query(A) IS BELOW 1 for 2m, previewed, made, listed',
      run: async (page, baseUrl) => {
        await folder(page, baseUrl);
        await page.goto(`${baseUrl}/alerting/new`);
        const form = page.getByRole('form', { name: 'Alert rule' });
        await page.getByRole('button', { name: 'Create the rule' }).click();
        assert.match(page.url(), /\/alerting\/new/, 'an empty one is not made');
        await form.getByLabel('Name', { exact: true }).fill('Service is gone');
        await form.getByLabel('Comparison').selectOption({ label: 'IS BELOW' });
        await form.getByLabel('Threshold').fill('1');
        await form.locator('.cm-content').first().click();
        await page.keyboard.insertText('up');
        await page.keyboard.press('Escape');
        await form.getByLabel('Evaluate every').click();
        await page.waitForSelector('text=/WHEN last\\(\\) OF .*IS BELOW 1/i');
        await form.getByLabel('Folder', { exact: true }).selectOption({ label: 'Services' });
        await form.getByLabel('Group', { exact: true }).fill('basics');
        await form.getByLabel('Summary').fill('{{ $labels.instance }} is gone');
        await form.getByRole('button', { name: 'Create the rule' }).click();
        await page.waitForURL((url) => !url.pathname.endsWith('/alerting/new'));
        const [rule] = await api(page, 'GET', `${baseUrl}/api/v1/provisioning/alert-rules`);
        assert.equal(rule.title, 'Service is gone');
        assert.equal(rule.for, '2m');
        await page.goto(`${baseUrl}/alerting/list`);
        await page.waitForURL(/\/alerts/);
        await page.getByText('Service is gone').first().waitFor();
      },
    },
    ...(webhookUrl === ''
      ? []
      : [
          {
            name: 'contact point: a webhook is tested before it is kept; a Telegram one is checked',
            noise: [/400/, /502/, /500/],
            run: async (page, baseUrl) => {
              await page.goto(`${baseUrl}/alerting/notifications`);
              await page.getByRole('button', { name: 'New contact point' }).click();
              const dialog = page.getByRole('dialog', { name: 'New contact point' });
              await dialog.getByLabel('Name').fill('night shift');
              await dialog.getByLabel('Kind').selectOption('telegram');
              await dialog.getByRole('button', { name: 'Add', exact: true }).click();
              await dialog.getByLabel(/Chat ID/i).waitFor();
              assert(await dialog.isVisible(), 'without its token it is not added');
              await dialog.getByLabel('Kind').selectOption('webhook');
              await dialog.getByLabel('URL', { exact: true }).fill('http://127.0.0.1:1/');
              await dialog.getByRole('button', { name: 'Send a test' }).click();
              await dialog.getByText('The test was not delivered').waitFor({ timeout: 30_000 });
              await dialog.getByLabel('URL', { exact: true }).fill(webhookUrl);
              await dialog.getByRole('button', { name: 'Send a test' }).click();
              await dialog.getByText('A test was delivered').waitFor();
              await dialog.getByRole('button', { name: 'Add', exact: true }).click();
              await dialog.waitFor({ state: 'detached' });
              await page.getByText('night shift').first().waitFor();
            },
          },
        ]),
  ];
}
