// The weight of what a browser loads, gzipped, read from the build's manifest. Fails above budget.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const FIRST_LOAD_KB = 130;

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
const entry = entries.find((key) => manifest[key].isEntry);
const query = entries.find((key) => manifest[key].name === 'QueryPage');
const editor = entries.find((key) => key.endsWith('/promql/codemirror.ts'));
const chart = entries.find((key) => key.endsWith('/chart/lineChart.ts'));
const shell = closure(entry);
const first = new Set([...shell, ...closure(query)]);
const full = new Set([...first, ...closure(editor), ...closure(chart)]);
const everything = new Set(entries.filter((key) => manifest[key].file.endsWith('.js')));
const styles = new Set(entries.flatMap((key) => manifest[key].css ?? []));

const show = (name, kb, limit) =>
  console.log(
    `${name.padEnd(44)} ${kb.toFixed(1).padStart(7)} kB gzip${limit ? `  of ${limit}` : ''}`,
  );
show('shell (rail, top bar, query cache)', sum(shell));
show('first load: shell and query page', sum(first), FIRST_LOAD_KB);
show('query page with editor and chart arrived', sum(full));
show('all scripts', sum(everything));
show(
  'all styles',
  [...styles].reduce((total, file) => total + weight(file), 0),
);

if (sum(first) > FIRST_LOAD_KB) {
  console.error(`The first load is over its budget of ${FIRST_LOAD_KB} kB.`);
  process.exit(1);
}
