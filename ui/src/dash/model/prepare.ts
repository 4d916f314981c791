// What a dashboard must have before it can be shown, and what files leave out: ids, refIds, places,
// the built-in annotations. Written into the draft itself, so that saving keeps what was assigned.

import type { LoadNote } from '../model';
import {
  draft,
  drafts,
  ensure,
  ensureList,
  isDraft,
  number,
  remove,
  text,
  type Draft,
} from './json';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A … Z, AA … ZZ, AAA …. */
export function refIdAt(index: number): string {
  const tail = LETTERS.charAt(index % 26);
  return index < 26 ? tail : refIdAt(Math.floor(index / 26) - 1) + tail;
}

/** The first name that none of these is. */
export function nextRefId(taken: readonly string[]): string {
  let index = 0;
  while (taken.includes(refIdAt(index))) index++;
  return refIdAt(index);
}

function assignRefIds(panel: Draft): void {
  const targets = drafts(panel['targets']);
  const taken = targets.map((target) => text(target['refId'])).filter((refId) => refId !== '');
  const seen = new Set<string>();
  for (const target of targets) {
    const own = text(target['refId']);
    if (own !== '' && !seen.has(own)) {
      seen.add(own);
      target['refId'] = own;
      continue;
    }
    const made = nextRefId(taken);
    taken.push(made);
    seen.add(made);
    target['refId'] = made;
  }
}

function panelsWithChildren(spec: Draft): Draft[] {
  return drafts(spec['panels']).flatMap((panel) =>
    panel['type'] === 'row' ? [panel, ...drafts(panel['panels'])] : [panel],
  );
}

function assignIds(spec: Draft, notes: LoadNote[]): void {
  const panels = panelsWithChildren(spec);
  const sound = (id: number | undefined) => id !== undefined && Number.isInteger(id) && id > 0;
  let next = 1;
  for (const panel of panels) next = Math.max(next, (number(panel['id']) ?? 0) + 1);
  if (!Number.isSafeInteger(next + panels.length)) next = 1;
  const seen = new Set<number>();
  for (const panel of panels) {
    const own = number(panel['id']);
    if (own !== undefined && sound(own) && !seen.has(own)) {
      panel['id'] = own;
      seen.add(own);
      continue;
    }
    if (own !== undefined && seen.has(own)) {
      const title = text(panel['title']);
      notes.push({
        where: title === '' ? `panel ${own}` : title,
        text: `Two panels have the id ${own}; this one now has ${next}.`,
      });
    }
    while (seen.has(next)) next++;
    panel['id'] = next;
    seen.add(next);
  }
}

const DEFAULT_W = 12;
const DEFAULT_H = 8;

/** Panels without a place go below those before them, left to right. */
function assignPlaces(panels: readonly Draft[]): void {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  for (const panel of panels) {
    const row = panel['type'] === 'row';
    const grid = panel['gridPos'];
    if (isDraft(grid) && (number(grid['w']) !== undefined || number(grid['h']) !== undefined)) {
      y = Math.max(y, (number(grid['y']) ?? 0) + (row ? 1 : (number(grid['h']) ?? DEFAULT_H)));
      x = 0;
      rowHeight = 0;
      continue;
    }
    const w = row ? 24 : DEFAULT_W;
    const h = row ? 1 : DEFAULT_H;
    if (x + w > 24) {
      y += rowHeight;
      x = 0;
      rowHeight = 0;
    }
    panel['gridPos'] = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
  }
}

/** An open row owns the panels after it; some files nest them all the same. */
function openRows(spec: Draft): void {
  const out: Draft[] = [];
  let down = 0;
  for (const panel of drafts(spec['panels'])) {
    const nested = drafts(panel['panels']);
    const grid = draft(panel['gridPos']);
    if (down > 0 && isDraft(panel['gridPos'])) grid['y'] = (number(grid['y']) ?? 0) + down;
    out.push(panel);
    if (panel['type'] !== 'row' || panel['collapsed'] === true || nested.length === 0) continue;
    panel['panels'] = [];
    out.push(...nested);
    const bottoms = nested.map((one) => {
      const at = draft(one['gridPos']);
      return (number(at['y']) ?? 0) + (number(at['h']) ?? DEFAULT_H);
    });
    const top = (number(grid['y']) ?? 0) + 1;
    down += Math.max(0, Math.max(...bottoms) - top);
  }
  spec['panels'] = out;
}

function isBuiltIn(annotation: Draft): boolean {
  return annotation['builtIn'] === 1 || annotation['builtIn'] === true;
}

function builtInAnnotations(spec: Draft): void {
  const annotations = ensure(spec, 'annotations');
  const list = ensureList(annotations, 'list');
  if (drafts(list).some(isBuiltIn)) return;
  list.unshift({
    builtIn: 1,
    datasource: { type: 'grafana', uid: '-- Grafana --' },
    enable: true,
    hide: true,
    iconColor: 'rgba(0, 211, 255, 1)',
    name: 'Annotations & Alerts',
    type: 'dashboard',
  });
}

export function prepare(spec: Draft): LoadNote[] {
  const notes: LoadNote[] = [];
  spec['panels'] = drafts(spec['panels']);
  openRows(spec);
  assignIds(spec, notes);
  assignPlaces(drafts(spec['panels']));
  for (const panel of panelsWithChildren(spec)) {
    if (panel['type'] === 'row') {
      assignPlaces(drafts(panel['panels']));
    } else if (panel['targets'] !== undefined) {
      panel['targets'] = drafts(panel['targets']);
      assignRefIds(panel);
    }
  }
  builtInAnnotations(spec);
  // Of exported files; what they asked is in `inputs` of what loading gives.
  remove(spec, '__requires', '__elements');
  return notes;
}
