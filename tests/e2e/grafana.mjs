// The dashboards' side in a real browser before a running server, which tests/scenarios/
// browser_grafana.py starts as these need it:
//   node tests/e2e/grafana.mjs --base-url http://127.0.0.1:9090 --grafana-url http://127.0.0.1:3000
//     [--dashboards DIR] [--anonymous-url URL] [--webhook-url URL] [--only WORD] [--out DIR]
// The scenarios build on a new server: the first ones choose the administrator's password.

import { launch, options } from './browser.mjs';
import { runScenarios, waitForData } from './runner.mjs';
import { accessibility } from './grafana/accessibility.mjs';
import { alertForm } from './grafana/alert_form.mjs';
import { browsing } from './grafana/browsing.mjs';
import { building } from './grafana/building.mjs';
import { hostile } from './grafana/hostile.mjs';
import { nodeExporter } from './grafana/node_exporter.mjs';
import { anonymous, otherPorts, settings } from './grafana/settings.mjs';
import { signIn } from './grafana/session.mjs';
import { signin } from './grafana/signin.mjs';
import { viewing } from './grafana/viewing.mjs';

const given = options();
const { baseUrl, grafanaUrl, chromium, only, out } = given;

const scenarios = [
  ...signin,
  ...nodeExporter(given.dashboards),
  ...viewing,
  ...hostile,
  ...building,
  ...alertForm(given.webhookUrl),
  ...browsing,
  ...settings,
  ...(given.anonymousUrl === '' ? [] : anonymous(given.anonymousUrl)),
  ...otherPorts(baseUrl, given.alertingUrl),
  ...accessibility,
].filter(({ name }) => name.includes(only));

await waitForData(baseUrl);
await runScenarios(await launch(chromium), scenarios, {
  baseUrl: grafanaUrl,
  out,
  // Who looks: the administrator, unless a scenario says otherwise (null: nobody).
  prepare: async (context, { as }) => {
    if (as === null) return;
    await signIn(context, as?.baseUrl ?? grafanaUrl, as?.user, as?.password);
  },
});
