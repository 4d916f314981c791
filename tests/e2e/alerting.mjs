// Scenarios of alerts and notifications. The server runs the rules and routes that
// tests/scenarios/browser.py writes: TargetGone fires and goes to `pager`, Waiting is pending for
// an hour, what is of team db goes to `broken`, which nobody answers.

import assert from 'node:assert/strict';

const FIRING = 'TargetGone';
const PENDING = 'Waiting';
const BROKEN = 'Unheard';
const encode = encodeURIComponent;
const params = (page) => new URL(page.url()).searchParams;

async function held(baseUrl, filter) {
  const answer = await fetch(`${baseUrl}/api/v2/alerts?filter=${encode(filter)}`);
  return answer.json();
}

/** Waits until the server says so, because rules and groups have their own pace. */
async function until(what, condition, ms = 30_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert(Date.now() < deadline, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const firing = (baseUrl, name = FIRING) =>
  until(`${name} to fire`, async () => (await held(baseUrl, `alertname="${name}"`))[0]);

async function dropSilences(baseUrl) {
  const silences = await (await fetch(`${baseUrl}/api/v2/silences`)).json();
  for (const { id, status } of silences) {
    if (status.state !== 'expired') {
      await fetch(`${baseUrl}/api/v2/silence/${id}`, { method: 'DELETE' });
    }
  }
}

const card = (page, name) => page.getByRole('region', { name: `Rule ${name}` });

export const alerting = [
  {
    name: 'alerts: what fires stands first, with value, threshold and its picture',
    run: async (page, baseUrl) => {
      await firing(baseUrl);
      await page.goto(`${baseUrl}/alerts`);
      const rule = card(page, FIRING);
      await rule.waitFor();
      const alert = rule.locator('[data-testid=alert][data-state=firing]');
      assert.match(await alert.first().textContent(), /Firing.*0 == 0.*for \d+/);
      assert.match(await alert.first().textContent(), /does not answer/);
      const picture = rule.getByRole('img', { name: /series/ }).first();
      await picture.waitFor();
      assert.match(await picture.getAttribute('aria-label'), /series.*threshold 0/);
      assert((await picture.locator('path').count()) >= 2, 'the line and its threshold');
      const names = await page.getByTestId('alert-rule').locator('h2').allTextContents();
      assert(names.indexOf(FIRING) < names.indexOf(PENDING), 'firing before pending');
    },
  },
  {
    name: 'alerts: a pending one shows how far it has come',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/alerts`);
      const alert = card(page, PENDING).locator('[data-testid=alert][data-state=pending]');
      await alert.waitFor();
      const bar = alert.getByRole('progressbar');
      const share = Number(await bar.getAttribute('aria-valuenow'));
      assert(share >= 0 && share < 60, `${share} %`);
      assert.match(await alert.textContent(), /fires in \d+ min/);
    },
  },
  {
    name: 'alerts: states and words filter, in the address; chips add to it',
    run: async (page, baseUrl) => {
      await firing(baseUrl);
      await page.goto(`${baseUrl}/alerts`);
      await card(page, FIRING).waitFor();
      await page.getByText(/^Pending \d/).click();
      await page.waitForURL(/state=pending/);
      assert.equal(await card(page, FIRING).count(), 0);
      await card(page, PENDING).waitFor();
      await page.getByText(/^All \d/).click();
      await card(page, FIRING)
        .getByTitle(/severity="page"/)
        .first()
        .click();
      await page.waitForURL(/search=severity/);
      assert.equal(await card(page, PENDING).count(), 0);
      await page.getByRole('searchbox').fill('no such rule');
      await page.waitForSelector('text=/None of the \\d+ rules matches/');
    },
  },
  {
    name: 'back-test: when the rule would have fired, from the rule itself',
    run: async (page, baseUrl) => {
      await firing(baseUrl);
      await page.goto(`${baseUrl}/alerts`);
      await card(page, FIRING).getByRole('link', { name: 'Back-test' }).click();
      await page.waitForURL(/\/backtest\?expr=/);
      const result = page.getByTestId('backtest');
      await result.waitFor();
      assert.match(await result.textContent(), /It would have fired \d+ times? in 1 day/);
      const bar = result.getByRole('listitem').first().getByRole('img');
      assert.match(await bar.getAttribute('aria-label'), /Firing from/);
      await page.getByLabel('For', { exact: true }).fill('10h');
      await page.getByRole('button', { name: 'Back-test' }).click();
      await page.waitForURL(/for=10h/);
      await page.waitForSelector('text=It would not have fired in 1 day');
      await page.waitForSelector('text=but not long enough');
      await page.getByLabel('For', { exact: true }).fill('soon');
      await page.waitForSelector('text=A duration, such as 5m');
      assert(await page.getByRole('button', { name: 'Back-test' }).isDisabled());
      await page.reload();
      await page.waitForSelector('text=It would not have fired in 1 day');
    },
  },
  {
    name: 'back-test: an expression that is none is told in the server’s words',
    noise: [/400/],
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/backtest?expr=${encode('up ==')}`);
      await page.waitForSelector('[role=alert] >> text=parse error');
      await page.goto(`${baseUrl}/backtest`);
      await page.waitForSelector('text=When would this rule have fired?');
    },
  },
  {
    name: 'rules: health, times and series of both kinds of rules',
    run: async (page, baseUrl) => {
      await firing(baseUrl);
      await page.goto(`${baseUrl}/rules`);
      const row = (name) => page.getByTestId('rule').filter({ hasText: name });
      await row('job:up:sum').first().waitFor();
      assert.match(
        await row('job:up:sum').first().textContent(),
        /Recording.*(ago|just now), .*\d series/,
      );
      assert.match(await row(FIRING).first().textContent(), /Firing.*up\{job="gone"\} == 0/);
      await row(FIRING).first().getByRole('link', { name: /alert/ }).click();
      await page.waitForURL(/\/alerts\?search=TargetGone/);
      await card(page, FIRING).waitFor();
    },
  },
  {
    name: 'notifications: groups with their receiver and timer, filtered and regrouped',
    run: async (page, baseUrl) => {
      await firing(baseUrl);
      await page.goto(`${baseUrl}/notifications`);
      const group = page.getByTestId('alert-group').filter({ hasText: FIRING });
      await group.first().waitFor();
      const words = await group.first().textContent();
      assert.match(words, /pager/);
      assert.match(words, /next flush in|flushes now|being told now/);
      await page.getByRole('searchbox').fill(`alertname="${BROKEN}"`);
      await page.waitForURL(/filter=alertname/);
      await page.waitForFunction(
        (name) =>
          ![...document.querySelectorAll('main section')].some((one) =>
            one.textContent.includes(name),
          ),
        FIRING,
      );
      await page.getByRole('searchbox').fill('alertname=');
      await page.waitForSelector('text=/At 11: expected a value/');
      assert.equal(params(page).get('filter'), `alertname="${BROKEN}"`, 'what reads stays');
      await page.getByRole('searchbox').fill('');
      await page.getByLabel('Group by labels').fill('severity');
      await page.waitForURL(/group=severity/);
      await page.getByRole('region', { name: 'Group page' }).waitFor();
    },
  },
  {
    name: 'why: the way of an alert from its rule to who was told',
    run: async (page, baseUrl) => {
      const { fingerprint } = await firing(baseUrl);
      await page.goto(`${baseUrl}/notifications`);
      // Other rules may speak of the same target.
      await page.locator(`[data-testid=held-alert] a[href*="fingerprint=${fingerprint}"]`).click();
      await page.waitForURL(new RegExp(`fingerprint=${fingerprint}`));
      const why = page.getByTestId('why');
      await why.waitFor();
      const steps = await why.locator('ol > li h2').allTextContents();
      assert.deepEqual(steps.slice(0, 3), [FIRING, 'Held', 'Nothing hides it']);
      assert(steps.includes('pager'), steps.join());
      const sent = why.getByTestId('integration').first();
      assert.match(await sent.textContent(), /Webhook/);
      assert.match(await why.textContent(), /Next flush in|is flushed now|being told now/);
      assert((await why.locator('header p').textContent()).length > 10, 'a verdict in words');
      await why.getByRole('link', { name: 'Delivery log' }).click();
      await page.waitForURL(/\/notifications\/log\?fingerprint=/);
      await page.getByTestId('delivery').first().waitFor();
    },
  },
  {
    name: 'why: also for labels that no alert has, and for an alert that is unknown',
    noise: [/404/],
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/notifications/why`);
      const field = page.getByLabel('Labels of an alert');
      await field.fill('alertname="Never", severity=');
      await page.waitForSelector('text=Labels are written name="value"');
      await field.fill('alertname="Never", severity="page"');
      await page.keyboard.press('Enter');
      await page.waitForURL(/label=alertname%3DNever/);
      const why = page.getByTestId('why');
      await why.waitFor();
      assert.match(await why.textContent(), /Not held now/);
      assert.match(await why.textContent(), /pager/);
      assert.match(await why.textContent(), /There is no such group yet/);
      await page.goto(`${baseUrl}/notifications/why?fingerprint=0000000000000000`);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'delivery log: what was sent and what came back; what failed says why',
    run: async (page, baseUrl) => {
      await firing(baseUrl);
      await firing(baseUrl, BROKEN);
      await until('a delivery and a failure', async () => {
        const found = await Promise.all(
          ['delivered', 'failed'].map(async (outcome) =>
            (await fetch(`${baseUrl}/api/v2/deliveries?outcome=${outcome}`)).json(),
          ),
        );
        return found.every(({ deliveries }) => deliveries.length > 0);
      });
      await page.goto(`${baseUrl}/notifications/log`);
      const entry = (outcome) => page.locator(`[data-testid=delivery][data-outcome=${outcome}]`);
      await entry('delivered').first().waitFor();
      await page.getByText('Failed', { exact: true }).first().click();
      await page.waitForURL(/outcome=failed/);
      await entry('failed').first().waitFor();
      assert.equal(await entry('delivered').count(), 0);
      assert.match(await entry('failed').first().textContent(), /connection refused|connect/i);
      await page.goto(`${baseUrl}/notifications/log?outcome=delivered`);
      await entry('delivered')
        .filter({ hasText: FIRING })
        .first()
        .getByRole('button')
        .first()
        .click();
      await page.waitForURL(/open=\d+/);
      const attempt = page.getByTestId('attempt').first();
      await attempt.waitFor();
      assert.match(await attempt.textContent(), /Accepted.*took.*status 200/);
      await attempt.getByText('What was sent').click();
      await page.waitForSelector(`pre:has-text("TargetGone")`);
      await page.reload();
      await page.getByTestId('attempt').first().waitFor();
    },
  },
  {
    name: 'silences: from an alert, seen before, made, edited, expired and made again',
    run: async (page, baseUrl) => {
      await dropSilences(baseUrl);
      await firing(baseUrl);
      await page.goto(`${baseUrl}/alerts?search=${FIRING}`);
      await card(page, FIRING).getByRole('link', { name: 'Silence' }).first().click();
      await page.waitForURL(/\/silences\/new\?filter=/);
      assert.equal(await page.getByLabel('Value 1').inputValue(), FIRING);
      const affected = page.getByTestId('affected');
      await affected.getByText(/1 of \d+ alerts? held now/).waitFor();
      await page.getByRole('button', { name: 'Silence' }).click();
      await page.waitForSelector('text=Others must know why it is quiet');
      await page.getByRole('button', { name: '4h', exact: true }).click();
      assert.equal(await page.getByLabel('Lasts').inputValue(), '4h');
      await page.getByLabel('Your name').fill('ana');
      await page.getByLabel('Why').fill('It is being replaced');
      const everything = page.getByRole('checkbox', { name: /everything there is/ });
      if (await everything.isVisible()) await everything.check();
      await page.getByRole('button', { name: 'Silence' }).click();
      await page.waitForURL(/\/silences\/view\?id=/);
      await page.waitForSelector('h2:has-text("It is being replaced")');
      const id = params(page).get('id');

      await page.goto(`${baseUrl}/alerts?search=${FIRING}`);
      await card(page, FIRING).getByRole('link', { name: 'Silenced' }).click();
      await page.waitForURL(new RegExp(`id=${id}`));
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.waitForURL(/\/silences\/edit\?id=/);
      await page.getByLabel('Why').fill('It takes longer');
      await page.getByLabel('Lasts').fill('1d');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForSelector('h2:has-text("It takes longer")');

      await page.goto(`${baseUrl}/silences`);
      const row = page.getByTestId('silence').filter({ hasText: 'It takes longer' });
      await row.waitFor();
      assert.match(await row.textContent(), /alertname="TargetGone".*by ana/);
      await row.getByRole('button', { name: 'Expire' }).click();
      const dialog = page.getByRole('dialog');
      assert.match(await dialog.textContent(), /alertname="TargetGone"/);
      await dialog.getByRole('button', { name: 'Keep it' }).click();
      await row.getByRole('button', { name: 'Expire' }).click();
      await dialog.getByRole('button', { name: 'Expire' }).click();
      await row.waitFor({ state: 'detached' });
      await page.getByText(/^Expired \d/).click();
      await page.waitForURL(/state=expired/);
      await row.first().getByRole('button', { name: 'Recreate' }).click();
      await page.waitForURL(/\/silences\/new\?from=/);
      await page.waitForFunction(
        () => document.querySelector('textarea')?.value === 'It takes longer',
      );
      assert.equal(await page.getByLabel('Your name').inputValue(), 'ana', 'remembered');
      await dropSilences(baseUrl);
    },
  },
  {
    name: 'silences: one that hides everything must be meant',
    run: async (page, baseUrl) => {
      await dropSilences(baseUrl);
      await firing(baseUrl);
      await page.goto(`${baseUrl}/silences/new?filter=${encode('alertname=~".+"')}&comment=all`);
      await page.waitForSelector('text=This is everything there is');
      await page.getByLabel('Your name').fill('jo');
      await page.getByRole('button', { name: 'Silence' }).click();
      await page.waitForTimeout(300);
      assert.match(page.url(), /silences\/new/, 'not yet');
      await page.getByRole('checkbox', { name: /everything there is/ }).check();
      await page.getByRole('button', { name: 'Silence' }).click();
      await page.waitForURL(/\/silences\/view\?id=/);
      await dropSilences(baseUrl);
    },
  },
  {
    name: 'silences: matchers that are pasted become rows, wrong ones are told at once',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/silences/new`);
      await page.getByLabel('Label 1', { exact: true }).fill('{a="b", team=~"x|y"}');
      await page.getByLabel('Label 2', { exact: true }).waitFor();
      assert.equal(await page.getByLabel('How label 2 compares').inputValue(), '=~');
      await page.getByLabel('Value 2').fill('(');
      await page.waitForSelector('text=This is no regular expression');
      await page.getByLabel('Starts').fill('2030-01-01 10:00');
      assert.equal(await page.getByLabel('Ends').inputValue(), '2030-01-01 12:00:00');
      await page.getByLabel('Ends').fill('2030-01-01 13:30');
      assert.equal(await page.getByLabel('Lasts').inputValue(), '3h30m');
      await page.getByLabel('Ends').fill('2029-01-01 13:30');
      await page.waitForSelector('text=Must be after the start');
    },
  },
  {
    name: 'alerts: acknowledged until it ends',
    run: async (page, baseUrl) => {
      await dropSilences(baseUrl);
      await firing(baseUrl);
      await page.goto(`${baseUrl}/alerts?search=${FIRING}`);
      await card(page, FIRING).getByRole('button', { name: 'Acknowledge' }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Your name').fill('');
      await dialog.getByRole('button', { name: 'Acknowledge' }).click();
      await dialog.getByText('Others must know who has it').waitFor();
      await dialog.getByLabel('Your name').fill('ana');
      await dialog.getByLabel('Note').fill('I am on it');
      await dialog.getByRole('button', { name: 'Acknowledge' }).click();
      await dialog.waitFor({ state: 'detached' });
      await card(page, FIRING).getByRole('link', { name: 'Silenced' }).waitFor();
      await page.goto(`${baseUrl}/silences`);
      await page.getByTestId('silence').filter({ hasText: 'I am on it' }).waitFor();
      await dropSilences(baseUrl);
    },
  },
  {
    name: 'routing: the tree, and where labels would go',
    run: async (page, baseUrl) => {
      await firing(baseUrl);
      await page.goto(`${baseUrl}/routing`);
      const routes = page.getByTestId('route');
      await routes.nth(2).waitFor();
      assert.match(await routes.first().textContent(), /everything.*nobody/);
      await page.getByLabel('Labels to try').fill('severity="page", team="web"');
      await page.waitForSelector('text=/goes to pager/');
      assert.equal(await page.locator('[data-testid=route][data-ends]').count(), 1);
      await page.waitForURL(/labels=severity/);
      await page.reload();
      await page.waitForSelector('text=/goes to pager/');
      await page.getByRole('link', { name: 'Why and when' }).click();
      await page.getByTestId('why').waitFor();
    },
  },
  {
    name: 'receivers: a test is sent, and the answer shown',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/receivers`);
      const receiver = page.getByTestId('receiver').filter({ hasText: 'pager' });
      await receiver.getByRole('button', { name: /Send a test/ }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Send', exact: true }).click();
      await dialog.getByText('It was accepted.').waitFor();
      assert.match(await dialog.getByTestId('attempt').first().textContent(), /status 200/);
      await dialog.getByRole('button', { name: 'Close' }).click();
      await page.goto(`${baseUrl}/notifications/log?receiver=pager`);
      await page.waitForSelector('[data-testid=delivery]:has-text("a test")');
    },
  },
  {
    name: 'dry run: a changed configuration says who would be told, a wrong one why not',
    noise: [/400/],
    run: async (page, baseUrl) => {
      await firing(baseUrl);
      await page.goto(`${baseUrl}/dry-run`);
      const text = page.getByLabel('Configuration', { exact: true });
      const run = () => page.getByRole('button', { name: 'Try it' }).click();
      await text.fill('route:\n  receiver: nowhere\nreceivers: []\n');
      await run();
      await page.waitForSelector('[role=alert] >> text=nowhere');
      await text.fill('route:\n  receiver: other\nreceivers:\n  - name: other\n');
      await run();
      const result = page.getByTestId('dry-run');
      await result.waitFor();
      assert.match(await result.textContent(), /\d+ of \d+ alerts? would go elsewhere/);
      assert.equal(await result.locator('del').first().textContent(), 'pager');
      assert.equal(await result.locator('ins').first().textContent(), 'other');
      await text.press('Control+End');
      await text.pressSequentially(' ');
      await page.waitForSelector('text=The text has changed since this was tried');
    },
  },
  {
    name: 'status of alerting: cluster, version, configuration',
    run: async (page, baseUrl) => {
      await page.goto(`${baseUrl}/alerting-status`);
      await page.waitForSelector('dt:has-text("Running for")');
      await page.waitForSelector('dt:has-text("Version")');
      const yaml = page.getByRole('region', { name: 'Configuration as YAML' });
      assert.match(await yaml.textContent(), /receiver: nobody/);
    },
  },
  {
    name: 'Alertmanager’s addresses answer with their parameters',
    run: async (page, baseUrl) => {
      const { fingerprint } = await firing(baseUrl);
      assert(fingerprint);
      const filter = encode(`{alertname="${FIRING}"}`);
      await page.goto(`${baseUrl}/#/alerts?silenced=true&filter=${filter}&receiver=pager`);
      await page.getByTestId('alert-group').first().waitFor();
      assert.equal(params(page).get('filter'), `alertname="${FIRING}"`);
      assert.equal(params(page).get('receiver'), 'pager');
      assert(await page.getByRole('checkbox', { name: 'Silenced' }).isChecked());
      await page.goto(`${baseUrl}/#/silences/new?filter=${filter}`);
      await page.waitForURL(/\/silences\/new\?filter=/);
      assert.equal(await page.getByLabel('Value 1').inputValue(), FIRING);
      await page.evaluate(() => (window.location.hash = '#/silences'));
      await page.waitForURL(/\/silences$/);
      await page.evaluate(() => (window.location.hash = '#/status'));
      await page.waitForURL(/\/alerting-status$/);
    },
  },
  {
    name: 'alerting: loading, error and stale are told, and can be tried again',
    noise: [/500/],
    run: async (page, baseUrl) => {
      await page.route('**/api/v2/silences*', (route) =>
        route.fulfill({ status: 500, json: 'the disk is on fire' }),
      );
      await page.goto(`${baseUrl}/silences`);
      await page.waitForSelector('[role=alert] >> text=the disk is on fire');
      await page.unroute('**/api/v2/silences*');
      await page.route('**/api/v2/silences*', (route) => route.fulfill({ json: [] }));
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.waitForSelector('text=Nothing is silenced');
      await page.unroute('**/api/v2/silences*');
      await page.route('**/api/v2/alerts*', (route) =>
        route.fulfill({ status: 500, json: 'no alerts today' }),
      );
      await page.goto(`${baseUrl}/alerts`);
      await page.waitForSelector('text=What is silenced is not known');
      await card(page, FIRING).waitFor();
      await page.route('**/api/v1/rules', (route) => {
        void route.fulfill({
          status: 500,
          json: { status: 'error', errorType: 'internal', error: 'gone away' },
        });
      });
      await page.waitForSelector('text=/gone away/');
      await page.waitForSelector('text=/What you see is from/');
      await card(page, FIRING).waitFor();
    },
  },
];

/** Only where the server listens on Alertmanager's port, too. */
export function alertmanagerPort(url) {
  return [
    {
      name: 'Alertmanager’s port: opens on what is held, and shows only what it answers',
      run: async (page) => {
        await page.goto(url);
        await page.waitForURL(/\/notifications/);
        await page.getByTestId('alert-group').first().waitFor();
        const names = await page.locator('nav#rail li').allTextContents();
        assert.deepEqual(names, ['Notifications']);
        await page.goto(`${url}/#/silences`);
        await page.waitForURL(/\/silences/);
        await page.getByRole('button', { name: 'New silence' }).first().waitFor();
        await page.goto(`${url}/notifications/why`);
        await page.getByRole('listitem').getByRole('button').first().click();
        await page.getByTestId('why').waitFor();
      },
    },
  ];
}
