// Anything that was ever saved as a dashboard, made into the one shape that the pages work with.
// Never throws for a file: what cannot be carried over becomes a note. Steps for old schemas, old
// panels and the second format are fetched only when the file needs them.

import type { JsonObject, LoadedDashboard, LoadNote, Panel } from '../model';
import { readDashboard, SCHEMA_VERSION } from './dashboard';
import { allPanels, open, readInputs, schemaOf } from './envelope';
import { drafts, isDraft, number, text, type Draft } from './json';
import { prepare } from './prepare';
import { RECENT, runSteps } from './recent';

const LEGACY_PANELS = new Set([
  'graph',
  'singlestat',
  'table-old',
  'grafana-singlestat-panel',
  'grafana-piechart-panel',
  'grafana-polystat-panel',
  'natel-discrete-panel',
  'flant-statusmap-panel',
  'graphite',
]);

/** Kinds that kept their name, and a key beside the title that only the old ones have. */
const ROOT_KEYS = new Map([
  ['heatmap', 'dataFormat'],
  ['table', 'styles'],
  ['text', 'content'],
]);

const NEWEST_OF_OLD = 36;

function isLegacy(panel: Draft): boolean {
  const type = text(panel['type']);
  if (LEGACY_PANELS.has(type)) return true;
  const bare = !isDraft(panel['options']) || Object.keys(panel['options']).length === 0;
  const key = ROOT_KEYS.get(type);
  return bare && key !== undefined && panel[key] !== undefined;
}

function needsOld(spec: Draft): boolean {
  return (
    schemaOf(spec) < NEWEST_OF_OLD || Array.isArray(spec['rows']) || allPanels(spec).some(isLegacy)
  );
}

/** Library panels of an exported file are in the file itself. */
function inlineElements(spec: Draft): void {
  const elements = spec['__elements'];
  if (!isDraft(elements)) return;
  for (const panel of allPanels(spec)) {
    const library = panel['libraryPanel'];
    if (!isDraft(library)) continue;
    const element = elements[text(library['uid'])];
    const model = isDraft(element) ? element['model'] : undefined;
    if (!isDraft(model)) continue;
    for (const [key, value] of Object.entries(model)) {
      if (panel[key] === undefined) panel[key] = value;
    }
  }
}

async function migrate(spec: Draft): Promise<LoadNote[]> {
  const from = schemaOf(spec);
  const notes: LoadNote[] = [];
  if (needsOld(spec)) {
    const { migrateOld } = await import('./old/migrate');
    notes.push(...migrateOld(spec, from));
  }
  runSteps(spec, from, RECENT);
  if (number(spec['schemaVersion']) === undefined || from < SCHEMA_VERSION) {
    spec['schemaVersion'] = SCHEMA_VERSION;
  }
  return notes;
}

export async function loadDashboard(raw: unknown): Promise<LoadedDashboard> {
  const opened = open(raw);
  const notes = [...opened.notes];
  let spec = opened.spec;
  if (opened.kind === 'v2') {
    const { fromV2 } = await import('./v2/convert');
    const converted = fromV2(spec);
    spec = converted.spec;
    notes.push(...converted.notes);
  }
  const inputs = readInputs(spec);
  inlineElements(spec);
  notes.push(...(await migrate(spec)));
  notes.push(...prepare(spec));
  for (const panel of drafts(spec['panels'])) {
    if (text(panel['type']) === '' && panel['libraryPanel'] === undefined) {
      notes.push({
        where: text(panel['title'], 'a panel'),
        text: 'The panel does not say its type.',
      });
    }
  }
  return { dashboard: readDashboard(spec), inputs, notes };
}

/** A panel by itself: the model of a library panel, one that was copied. Null: it is none. */
export async function loadPanel(raw: JsonObject): Promise<Panel | null> {
  const { dashboard } = await loadDashboard({ schemaVersion: NEWEST_OF_OLD, panels: [raw] });
  return dashboard.panels[0] ?? null;
}
