// Real dashboards of others, read in place; see the README on where they come from.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_SCOPE, interpolate, referencesIn } from '../variables/interpolate';
import { diffDashboards } from './diff';
import { exportJson } from './export';
import { sameJson } from './json';
import { allPanelsOf, compact, overlaps } from './layout';
import { loadDashboard } from './load';
import { toJson } from './save';

const folder = join(
  process.env['WATCHFIRE_CONFORMANCE'] ?? resolve('../../shared/conformance'),
  'dashboards',
);

const KNOWN = new Set([
  ...['alertlist', 'annolist', 'barchart', 'bargauge', 'candlestick', 'canvas', 'dashlist'],
  ...['gauge', 'geomap', 'heatmap', 'histogram', 'logs', 'news', 'nodeGraph', 'piechart', 'row'],
  ...['stat', 'state-timeline', 'status-history', 'table', 'text', 'timeseries', 'traces'],
  ...['trend', 'xychart'],
]);
const UNKNOWN_KEPT = new Set(['marcusolsson-treemap-panel']);
const GONE = ['graph', 'singlestat', 'table-old', 'grafana-piechart-panel'];

function filesIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const at = join(path, entry.name);
    if (entry.isDirectory()) return filesIn(at);
    return entry.name.endsWith('.json') ? [at] : [];
  });
}

function parse(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

describe.skipIf(!existsSync(folder))('dashboards of others', { timeout: 120_000 }, () => {
  const files = existsSync(folder) ? filesIn(folder) : [];

  it('all load, with every panel of a known kind or kept as it is', async () => {
    let panels = 0;
    let targets = 0;
    const notes = new Map<string, number>();
    for (const file of files) {
      const { dashboard, notes: found } = await loadDashboard(parse(file));
      for (const { text } of found) notes.set(text, (notes.get(text) ?? 0) + 1);
      expect(dashboard.title, file).not.toBe('');
      const all = allPanelsOf(dashboard);
      expect(all.length, file).toBeGreaterThan(0);
      expect(new Set(all.map(({ id }) => id)).size, file).toBe(all.length);
      for (const panel of all) {
        panels++;
        targets += panel.targets.length;
        expect(
          KNOWN.has(panel.type) || UNKNOWN_KEPT.has(panel.type),
          `${file}: ${panel.type}`,
        ).toBe(true);
        expect(GONE).not.toContain(panel.type);
        expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length);
      }
    }
    process.stdout.write(
      `${files.length} dashboards, ${panels} panels, ${targets} queries; notes: ` +
        `${[...notes].map(([text, count]) => `${count} × ${text}`).join(' | ') || 'none'}\n`,
    );
  });

  it('come back from JSON as they were', async () => {
    for (const file of files) {
      const first = await loadDashboard(parse(file));
      const json = toJson(first.dashboard);
      const second = await loadDashboard(JSON.parse(JSON.stringify(json)));
      expect(sameJson(second.dashboard, first.dashboard), file).toBe(true);
      expect(JSON.stringify(toJson(second.dashboard)), file).toBe(JSON.stringify(json));
      expect(diffDashboards(first.dashboard, second.dashboard), file).toEqual([]);
    }
  });

  it('lie on the grid without overlapping', async () => {
    for (const file of files) {
      const { dashboard } = await loadDashboard(parse(file));
      const placed = compact(dashboard.panels);
      for (const [i, a] of placed.entries()) {
        for (const b of placed.slice(i + 1)) {
          expect(overlaps(a.gridPos, b.gridPos), `${file}: ${a.title}, ${b.title}`).toBe(false);
        }
      }
    }
  });

  it('are exported and loaded again with the same panels', async () => {
    for (const file of files) {
      const { dashboard } = await loadDashboard(parse(file));
      const out = exportJson(dashboard, { withInputs: true, sources: [], library: new Map() });
      const again = await loadDashboard(out);
      expect(again.dashboard.panels.length, file).toBe(dashboard.panels.length);
    }
  });

  it('keep macros that belong to the server when nothing is known of their variables', async () => {
    for (const file of files) {
      const { dashboard } = await loadDashboard(parse(file));
      for (const panel of allPanelsOf(dashboard)) {
        for (const { expr } of panel.targets) {
          expect(
            interpolate(expr, EMPTY_SCOPE, 'promql').replaceAll('${__all_variables}', ''),
          ).toBe(expr.replaceAll('${__all_variables}', ''));
          referencesIn(expr);
        }
      }
    }
  });
});

it.skipIf(existsSync(folder))('the dashboards of others are not here: nothing was checked', () => {
  process.stdout.write(`No dashboards in ${folder}; their tests are left out.\n`);
});
