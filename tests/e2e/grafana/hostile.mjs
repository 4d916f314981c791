// Dashboards that wish the reader ill: nothing in them may run, and what is good of them shows.

import assert from 'node:assert/strict';
import { panel, panelOf, store } from './session.mjs';

const SCRIPT = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>';
const URL = 'javascript:window.hurt=1//';

const HOSTILE = {
  uid: 'hostile',
  title: `Hostile ${SCRIPT}`,
  links: [
    {
      type: 'link',
      title: `Link ${SCRIPT}`,
      url: URL,
      icon: 'external link',
      targetBlank: false,
    },
    {
      type: 'link',
      title: 'Data',
      url: 'data:text/html,<script>opener.hurt=1</script>',
    },
  ],
  templating: {
    list: [
      {
        name: 'a',
        type: 'query',
        query: 'label_values(up{job="$b"}, job)',
        refresh: 1,
      },
      {
        name: 'b',
        type: 'query',
        query: 'label_values(up{job="$a"}, job)',
        refresh: 1,
      },
      {
        name: 'c',
        type: 'custom',
        query: `${SCRIPT},two`,
        current: { text: SCRIPT, value: SCRIPT },
      },
    ],
  },
  panels: [
    panel('text', `Text ${SCRIPT}`, null, {
      description: `About ${SCRIPT} [click](${URL})`,
      links: [{ title: SCRIPT, url: URL }],
      options: {
        mode: 'html',
        content: `${SCRIPT}<p id="good">Good words $c</p><a id="bad" href="${URL}">x</a>
          <iframe srcdoc="<script>parent.hurt=1</script>"></iframe><svg onload="window.hurt=1"/>
          <form action="${URL}"><button id="send">send</button></form>
          <style>body { display: none }</style>`,
      },
    }),
    panel('text', 'Markdown', null, {
      options: {
        mode: 'markdown',
        content: `# Fine\n\n${SCRIPT}\n\n[click me](${URL})`,
      },
    }),
    panel('timeseries', 'Legends', 'up', {
      targets: [{ refId: 'A', expr: 'up', legendFormat: `{{job}} ${SCRIPT}` }],
      fieldConfig: {
        defaults: {
          links: [{ title: `go ${SCRIPT}`, url: URL }],
          unit: `${SCRIPT}`,
        },
        overrides: [],
      },
      links: [
        { title: SCRIPT, url: URL },
        { title: 'fine', url: '/targets' },
      ],
    }),
    panel('table', 'Table', null, {
      targets: [
        {
          refId: 'A',
          expr: `label_replace(up, "x", "${'<b onmouseover=hurt=1>'}", "", "")`,
          format: 'table',
          instant: true,
        },
      ],
      fieldConfig: {
        defaults: { links: [{ title: 'cell', url: URL }] },
        overrides: [],
      },
    }),
    panel('stat', 'Mapped', 'sum(up)', {
      fieldConfig: {
        defaults: {
          mappings: [
            {
              type: 'range',
              options: { from: 0, to: 99, result: { text: SCRIPT } },
            },
          ],
          color: { mode: 'fixed', fixedColor: 'url(javascript:hurt=1)' },
        },
        overrides: [],
      },
    }),
  ],
};

export const hostile = [
  {
    name: 'a hostile dashboard runs nothing, leads nowhere, and shows what is good of it',
    // What the policy of the page refuses, it may say so.
    noise: [/404/, /Content Security Policy/, /400/],
    run: async (page, baseUrl) => {
      const dialogs = [];
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      await page.goto(await store(page, baseUrl, HOSTILE));
      await page.waitForSelector('text=Good words');
      await panelOf(page, 'Legends').locator('canvas').waitFor();
      await page.waitForSelector('text=Fine');
      await page.waitForTimeout(500);
      const unhurt = async (when) =>
        assert.equal(await page.evaluate(() => window.hurt), undefined, when);
      await unhurt('after it was drawn');
      const found = await page.evaluate(() => ({
        bad: [...document.querySelectorAll('main a[href], main form[action], main [formaction]')]
          .map((one) => one.getAttribute('href') ?? one.getAttribute('action'))
          .filter((to) => /^\s*(javascript|data|vbscript):/i.test(to)),
        tags: document.querySelectorAll('main script, main iframe, main object').length,
        handlers: [...document.querySelectorAll('main *')].filter((one) =>
          [...one.attributes].some(({ name }) => name.startsWith('on')),
        ).length,
        hidden: getComputedStyle(document.body).display === 'none',
      }));
      assert.deepEqual(found, { bad: [], tags: 0, handlers: 0, hidden: false });
      const box = await panelOf(page, 'Legends').locator('.u-over').boundingBox();
      await page.mouse.click(box.x + box.width * 0.9, box.y + box.height / 2);
      await page.waitForTimeout(200);
      await page.keyboard.press('Escape');
      for (const link of await page.locator('main').getByText('click me').all()) {
        await link.click({ force: true });
      }
      await page.getByRole('button', { name: /^c: / }).click();
      await page.getByRole('option', { name: 'two' }).click();
      await page.waitForSelector('text=Good words two');
      await unhurt('after its parts were used');
      assert.deepEqual(dialogs, []);
      assert.match(page.url(), /\/d\/hostile/);
    },
  },
  {
    name: 'variables that ask each other say so, and the rest of the dashboard stands',
    run: async (page, baseUrl) => {
      await page.goto(
        await store(page, baseUrl, {
          ...HOSTILE,
          uid: 'cycle',
          title: 'Cycle',
        }),
      );
      await panelOf(page, 'Legends').locator('canvas').waitFor();
      const a = page.getByRole('button', { name: /^a: / });
      assert.match(await a.getAttribute('title'), /each other|cycle|circle|itself/i);
    },
    noise: [/404/, /Content Security Policy/, /400/],
  },
  {
    name: 'import: what is no dashboard is told, with the place where it breaks off',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/dashboard/import`);
      const text = page.getByLabel('Or paste it');
      for (const wrong of ['{"title": "x",', '[1, 2]', 'null', 'just words']) {
        await text.fill(wrong);
        await page.getByRole('button', { name: 'Load', exact: true }).click();
        await page.getByRole('alert').waitFor();
        await text.fill('');
        await page.getByRole('alert').waitFor({ state: 'detached' });
      }
    },
  },
];
