// Signing in, and Grafana's API as the scenarios need it.

import assert from 'node:assert/strict';

export const DEFAULT_PASSWORD = 'admin';
/** What the scenario of the first sign-in makes of it. */
export const OWN_PASSWORD = 'ember-and-ash';

let password = OWN_PASSWORD;

/** The session of a person, as a cookie of the context. */
export async function signIn(context, baseUrl, user = 'admin', secret = null) {
  const attempt = (given) =>
    context.request.post(`${baseUrl}/login`, {
      data: { user, password: given },
    });
  let answer = await attempt(secret ?? password);
  if (!answer.ok() && secret === null) {
    password = password === OWN_PASSWORD ? DEFAULT_PASSWORD : OWN_PASSWORD;
    answer = await attempt(password);
  }
  assert(answer.ok(), `${user} cannot sign in: ${await answer.text()}`);
}

/** Asks as whoever is signed in on the page; the JSON of the answer. */
export async function api(page, method, url, body) {
  const answer = await page.request.fetch(url, {
    method,
    ...(body === undefined ? {} : { data: body }),
  });
  const text = await answer.text();
  assert(answer.ok(), `${method} ${url}: ${answer.status()} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** Stores a dashboard (and replaces one of the same uid); its address. */
export async function store(page, baseUrl, dashboard, folderUid = '') {
  await api(page, 'POST', `${baseUrl}/api/dashboards/db`, {
    dashboard: {
      schemaVersion: 41,
      time: { from: 'now-5m', to: 'now' },
      panels: [],
      ...dashboard,
    },
    folderUid,
    overwrite: true,
  });
  return `${baseUrl}/d/${dashboard.uid}`;
}

let nextId = 1;

/** A panel in a grid of two columns, by its place in the list. */
export function panel(type, title, expr, over = {}) {
  const id = nextId++;
  return {
    id,
    type,
    title,
    gridPos: { x: (id % 2) * 12, y: Math.floor(id / 2) * 8, w: 12, h: 8 },
    ...(expr === null ? {} : { targets: [{ refId: 'A', expr }] }),
    ...over,
  };
}

/** The panel with this title. */
export const panelOf = (page, title) =>
  page.locator('[data-panel-key]').filter({ has: page.locator(`h2[title="${title}"]`) });
