// The weight of what a browser loads, gzipped, read from the build's manifest. Fails above budget.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = process.argv[2] ?? fileURLToPath(new URL('../dist/', import.meta.url));
const FIRST_LOAD_KB = 130;
const DASHBOARD_KB = 230;

let manifest;
try {
  manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'));
} catch {
  console.error('dist/ is not built: run `npm run build` first');
  process.exit(1);
}

const weights = new Map();
function weight(file) {
  if (!weights.has(file)) {
    weights.set(file, gzipSync(readFileSync(dist + file), { level: 9 }).length / 1000);
  }
  return weights.get(file);
}

/** A chunk with everything it imports at once, but not what it imports when needed. */
function closure(key, found = new Set()) {
  if (found.has(key)) return found;
  found.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, found);
  return found;
}
const sum = (keys) => [...keys].reduce((total, key) => total + weight(manifest[key].file), 0);

const entries = Object.keys(manifest);
const named = (name) => {
  const found = entries.find((key) => manifest[key].name === name);
  if (found === undefined) throw new Error(`the build has no ${name}`);
  return found;
};
const entry = entries.find((key) => manifest[key].isEntry);
const editor = entries.find((key) => key.endsWith('/promql/codemirror.ts'));
const chart = entries.find((key) => key.endsWith('/chart/lineChart.ts'));
const shell = closure(entry);
const page = (name) => new Set([...shell, ...closure(named(name))]);
const query = page('QueryPage');
const full = new Set([...query, ...closure(editor), ...closure(chart)]);
// Lines and numbers, which nearly every dashboard holds.
const dashboard = new Set([...page('DashboardPage'), ...closure(named('viz'))]);
const everything = new Set(entries.filter((key) => manifest[key].file.endsWith('.js')));
const styles = new Set(entries.flatMap((key) => manifest[key].css ?? []));

const show = (name, kb, limit) =>
  console.log(
    `${name.padEnd(44)} ${kb.toFixed(1).padStart(7)} kB gzip${limit ? `  of ${limit}` : ''}`,
  );
const budgets = [
  ['signing in', page('LoginPage'), FIRST_LOAD_KB],
  ['home', page('HomePage'), FIRST_LOAD_KB],
  ['query page', query, FIRST_LOAD_KB],
  ['dashboard of lines and numbers', dashboard, DASHBOARD_KB],
];
show('shell (rail, top bar, query cache)', sum(shell));
for (const [name, keys, limit] of budgets) show(name, sum(keys), limit);
show('query page with editor and chart arrived', sum(full));
show('all scripts', sum(everything));
show(
  'all styles',
  [...styles].reduce((total, file) => total + weight(file), 0),
);

const over = budgets.filter(([, keys, limit]) => sum(keys) > limit);
for (const [name, , limit] of over) console.error(`${name}: over its budget of ${limit} kB.`);
if (over.length > 0) process.exit(1);
