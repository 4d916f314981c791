// The pages in a real browser before a running server:
//   node tests/e2e/run.mjs --base-url http://127.0.0.1:9090 [--only WORD] [--out DIR]
// The server must scrape itself, so that `up` has a series; those of alerting need the rules and
// routes that tests/scenarios/browser.py writes, and --alerting-url, where Alertmanager's port is.
// With --out, a picture of the page is kept for every scenario that fails.

import { launch, options } from './browser.mjs';
import { alerting, alertmanagerPort } from './alerting.mjs';
import { accessibility } from './accessibility.mjs';
import { explainAdvice } from './explain_advice.mjs';
import { pages } from './pages.mjs';
import { query } from './query.mjs';
import { runScenarios, waitForData } from './runner.mjs';
import { shell } from './shell.mjs';

const { baseUrl, alertingUrl, chromium, only, out } = options();

const scenarios = [
  ...query,
  ...explainAdvice,
  ...pages,
  ...alerting,
  ...(alertingUrl === '' ? [] : alertmanagerPort(alertingUrl)),
  ...shell,
  ...accessibility,
].filter(({ name }) => name.includes(only));
await waitForData(baseUrl);
await runScenarios(await launch(chromium), scenarios, { baseUrl, out });
