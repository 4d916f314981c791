// Pictures of the pages in both themes and two sizes, for a person to look at:
//   node tests/e2e/screenshots.mjs --base-url http://127.0.0.1:9090 --out DIR [--only NAME]
// With --grafana-url those of the dashboards' side instead, signed in as the administrator.

import { mkdirSync } from 'node:fs';
import { launch, options } from './browser.mjs';
import { nodeExporterPath } from './grafana/node_exporter.mjs';
import { signIn } from './grafana/session.mjs';

const { baseUrl, grafanaUrl, chromium, out, only } = options();
if (out === '') {
  console.error('say where the pictures go: --out DIR');
  process.exit(2);
}
mkdirSync(out, { recursive: true });

const expr = encodeURIComponent;
const CPU = 'sum by (mode, instance) (rate(node_cpu_seconds_total{mode!="idle"}[1m]))';
const SHARE =
  'sum by (mode) (rate(node_cpu_seconds_total{mode!="idle"}[1m])) / scalar(count(count by (cpu) (node_cpu_seconds_total)))';
const GAUGE = 'rate(node_memory_MemAvailable_bytes[5m])';
const range = 'g0.range_input=15m';

/** Name, address, and what to do once the page stands. */
const VIEWS = [
  ['query-new', '/query'],
  ['query-graph', `/query?g0.expr=${expr(CPU)}&g0.tab=0&${range}`, hoverGraph],
  ['query-single', `/query?g0.expr=node_memory_MemAvailable_bytes&g0.tab=0&${range}`, hoverGraph],
  [
    'query-stacked',
    `/query?g0.expr=${expr('sum by (mode) (rate(node_cpu_seconds_total[1m]))')}&g0.tab=0&${range}&g0.display_mode=stacked`,
  ],
  [
    'query-table',
    `/query?g0.expr=${expr('{job="node",__name__=~"node_(cpu|memory|filesystem).*"}')}&g0.tab=1`,
  ],
  [
    'query-panels',
    `/query?g0.expr=up&g0.tab=1&g1.expr=scrape_duration_seconds&g1.tab=0&g1.${range.slice(3)}`,
  ],
  ['query-explain', `/query?g0.expr=${expr(SHARE)}&g0.tab=0&${range}&g0.explain=1`, hoverPlan],
  ['query-explain-table', `/query?g0.expr=${expr(CPU)}&g0.tab=1&g0.explain=1`, hoverPlan],
  ['query-advice', '/query', typeFaulty],
  ['query-advice-list', `/query?g0.expr=${expr(GAUGE)}&g0.tab=0&${range}`, openAdvice],
  ['query-error', `/query?g0.expr=${expr('sum by (job) (rate(up[5m]) foo')}&g0.tab=0`],
  ['query-empty', '/query?g0.expr=node_memory_MemAvailble_bytes&g0.tab=0'],
  ['query-loading', '/query?g0.expr=up&g0.tab=0', null, 'hang'],
  ['query-offline', '/query?g0.expr=up&g0.tab=0', null, 'abort'],
  ['query-complete', '/query', complete],
  ['query-range', '/query?g0.expr=up&g0.tab=0', (page) => page.getByTestId('range').click()],
  ['targets', '/targets'],
  ['targets-down', '/targets?state=down'],
  ['targets-loading', '/targets', null, 'hang'],
  ['targets-offline', '/targets', null, 'abort'],
  ['discovery', '/service-discovery?pool=node'],
  ['alerts', '/alerts'],
  ['backtest', `/backtest?expr=${expr('up{job="gone"} == 0')}`],
  ['rules', '/rules'],
  ['notifications', '/notifications?silenced=true&inhibited=true&muted=true'],
  ['deliveries', '/notifications/log', openDelivery],
  ['why', '/notifications/why', openWhy],
  ['silences', '/silences'],
  ['silence-new', `/silences/new?filter=${expr('severity="page"')}`],
  ['routing', `/routing?labels=${expr('severity="page"')}`],
  ['receivers', '/receivers'],
  ['dry-run', '/dry-run'],
  ['alerting-status', '/alerting-status'],
  ['status', '/status'],
  ['config', '/config'],
  ['flags', '/flags'],
  ['storage', '/tsdb-status'],
  ['palette', '/query?g0.expr=up', (page) => openPalette(page)],
  ['keys', '/targets', (page) => page.keyboard.press('?')],
];

/** Of the dashboards' side, on the dashboards that grafana.mjs has stored. */
const GRAFANA_VIEWS = [
  ['login', '/login'],
  ['home', '/'],
  ['browse', '/dashboards'],
  ['trash', '/dashboards/trash'],
  ['import', '/dashboard/import'],
  ['node-exporter', nodeExporterPath],
  ['node-exporter-rows', nodeExporterPath, (page) => openRows(page)],
  ['panel-view', `${nodeExporterPath}&viewPanel=77`],
  ['kiosk', `${nodeExporterPath}&kiosk`],
  ['every-kind', '/d/every-kind'],
  ['every-kind-lower', '/d/every-kind', (page) => page.mouse.wheel(0, 1100)],
  ['every-kind-end', '/d/every-kind', (page) => page.mouse.wheel(0, 9000)],
  ['empty-panels', '/d/empty-panels'],
  [
    'panel-menu',
    '/d/every-kind',
    (page) => page.getByRole('button', { name: 'Menu of Stat' }).click(),
  ],
  ['dashboard-new', '/dashboard/new'],
  ['panel-editor', '/d/looking?editPanel=2'],
  ['laying-out', '/d/looking', (page) => page.getByRole('button', { name: 'Edit' }).click()],
  ['settings', '/d/looking?editview=settings'],
  ['variables', '/d/looking?editview=variables'],
  ['versions', '/d/looking?editview=versions'],
  ['json-model', '/d/looking?editview=json-model'],
  ['share', '/d/looking', (page) => page.getByLabel('Share the dashboard').click()],
  ['snapshots', '/dashboard/snapshots'],
  ['alerts', '/alerts'],
  ['alert-form', '/alerting/new'],
  ['contact-points', '/alerting/notifications'],
  [
    'contact-point',
    '/alerting/notifications',
    (page) => page.getByRole('button', { name: 'New contact point' }).click(),
  ],
  ['policies', '/alerting/routes'],
  ['datasources', '/connections/datasources'],
  ['datasource', '/connections/datasources/new'],
  ['users', '/org/users'],
  ['service-accounts', '/org/serviceaccounts'],
  ['profile', '/profile'],
];

async function openRows(page) {
  await page.keyboard.press('d');
  await page.keyboard.press('E');
  await page.waitForTimeout(600);
  await page.mouse.wheel(0, 1500);
  await page.waitForTimeout(800);
}
async function openDelivery(page) {
  await page.getByTestId('delivery').first().getByRole('button').first().click();
}
async function openWhy(page) {
  await page.locator('main li button').first().click();
}
async function hoverGraph(page) {
  await page.waitForSelector('[data-testid=graph][data-drawn] canvas');
  const box = await page.getByTestId('graph').boundingBox();
  await page.mouse.move(box.x + box.width * 0.62, box.y + box.height * 0.5);
}
async function hoverPlan(page) {
  await page.locator('[role=treeitem]').nth(1).hover();
}
async function typeFaulty(page) {
  await page.locator('.cm-content').click();
  await page.keyboard.insertText('topk(3, rate(prometheus_http_requests_total[5m]) by (code))');
  await page.waitForSelector('[data-testid=advice]');
  await page.keyboard.press('F8');
}
async function openAdvice(page) {
  await page.locator('[data-testid=advice]').click();
}
async function complete(page) {
  await page.waitForSelector('.cm-content');
  await page.locator('.cm-content').click();
  await page.keyboard.type('sum by (job) (rate(node_net', { delay: 15 });
  await page.waitForSelector('.cm-tooltip-autocomplete');
}
async function openPalette(page) {
  await page.keyboard.press('Control+k');
  await page.waitForSelector('[role=combobox]');
  await page.keyboard.type('mem');
}

const SIZES = [
  ['wide', { width: 1440, height: 900 }],
  ['narrow', { width: 360, height: 740 }],
];
const browser = await launch(chromium);
for (const colorScheme of ['light', 'dark']) {
  for (const [size, viewport] of SIZES) {
    const context = await browser.newContext({ viewport, colorScheme });
    if (grafanaUrl !== '') await signIn(context, grafanaUrl);
    for (const [name, path, act, fault] of grafanaUrl === '' ? VIEWS : GRAFANA_VIEWS) {
      if (only !== '' && !name.includes(only)) continue;
      const page = await context.newPage();
      if (fault === 'hang') await page.route('**/api/v1/{query_range,targets}*', () => {});
      if (fault === 'abort') await page.route('**/api/v1/**', (route) => route.abort());
      await page.goto((grafanaUrl === '' ? baseUrl : grafanaUrl) + path);
      await page.waitForTimeout(900);
      try {
        await act?.(page);
      } catch (error) {
        console.error(`${name}: ${error.message}`);
      }
      await page.waitForTimeout(500);
      await page.screenshot({
        path: `${out}/${name}-${size}-${colorScheme}.png`,
      });
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
