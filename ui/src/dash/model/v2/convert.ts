// The second format (elements and a layout) read as the first. Reading only: saving writes the
// classic model. Tabs become rows; conditions on visibility are dropped and said so.

import type { LoadNote } from '../../model';
import {
  draft,
  drafts,
  flag,
  isDraft,
  number,
  text,
  texts,
  type Draft,
  type DraftValue,
} from '../json';
import { fromV2Variable } from './variables';

interface Placed {
  readonly panels: Draft[];
  readonly height: number;
}

interface Work {
  readonly elements: Draft;
  readonly notes: LoadNote[];
}

function sourceOf(query: Draft): DraftValue {
  const type = text(query['group']);
  const uid = text(draft(query['datasource'])['name'], text(draft(query['datasource'])['uid']));
  if (type === '' && uid === '') return null;
  return { type, uid };
}

function targetOf(query: Draft): Draft {
  const spec = draft(query['spec']);
  const inner = draft(spec['query']);
  return {
    ...draft(inner['spec']),
    refId: text(spec['refId']),
    ...(flag(spec['hidden']) ? { hide: true } : {}),
    datasource: sourceOf(inner),
  };
}

function transformationOf(raw: Draft): Draft {
  const spec = draft(raw['spec']);
  const id = text(raw['group'], text(raw['kind'], text(spec['id'])));
  return { ...spec, id };
}

function repeatOf(item: Draft): Draft {
  const repeat = item['repeat'];
  if (!isDraft(repeat) || text(repeat['value']) === '') return {};
  return {
    repeat: text(repeat['value']),
    repeatDirection: text(repeat['direction'], 'h').startsWith('v') ? 'v' : 'h',
    ...(number(repeat['maxPerRow']) === undefined
      ? {}
      : { maxPerRow: number(repeat['maxPerRow']) }),
  };
}

function panelOf(name: string, work: Work): Draft | null {
  const element = work.elements[name];
  if (!isDraft(element)) {
    work.notes.push({ where: name, text: 'The layout names an element that is not there.' });
    return null;
  }
  const spec = draft(element['spec']);
  const common = { id: number(spec['id']) ?? 0, title: text(spec['title']) };
  if (element['kind'] === 'LibraryPanel') {
    return { ...common, libraryPanel: spec['libraryPanel'] ?? null };
  }
  const viz = draft(spec['vizConfig']);
  const vizSpec = draft(viz['spec']);
  const data = draft(draft(spec['data'])['spec']);
  const options = draft(data['queryOptions']);
  const targets = drafts(data['queries']).map(targetOf);
  const sources = targets.map((target) => JSON.stringify(target['datasource'] ?? null));
  const mixed = new Set(sources).size > 1;
  return {
    ...common,
    // First drafts of the format had the panel's type as its kind.
    type: text(viz['group'], text(viz['kind'])),
    ...(text(viz['version']) === '' ? {} : { pluginVersion: text(viz['version']) }),
    description: text(spec['description']),
    transparent: flag(spec['transparent']),
    links: spec['links'] ?? [],
    ...options,
    datasource: mixed
      ? { type: 'datasource', uid: '-- Mixed --' }
      : (targets[0]?.['datasource'] ?? null),
    targets,
    transformations: drafts(data['transformations']).map(transformationOf),
    options: vizSpec['options'] ?? {},
    fieldConfig: vizSpec['fieldConfig'] ?? { defaults: {}, overrides: [] },
  };
}

function heightOf(panels: readonly Draft[]): number {
  return panels.reduce((most, panel) => {
    const grid = draft(panel['gridPos']);
    return Math.max(most, (number(grid['y']) ?? 0) + (number(grid['h']) ?? 0));
  }, 0);
}

function elementName(spec: Draft): string {
  return text(draft(spec['element'])['name']);
}

function gridLayout(spec: Draft, work: Work): Placed {
  const panels: Draft[] = [];
  for (const item of drafts(spec['items'])) {
    const at = draft(item['spec']);
    const panel = panelOf(elementName(at), work);
    if (panel === null) continue;
    const gridPos = {
      x: number(at['x']) ?? 0,
      y: number(at['y']) ?? 0,
      w: number(at['width']) ?? 12,
      h: number(at['height']) ?? 8,
    };
    panels.push({ ...panel, gridPos, ...repeatOf(at) });
  }
  return { panels, height: heightOf(panels) };
}

const ROW_HEIGHTS = new Map([
  ['short', 5],
  ['standard', 9],
  ['tall', 14],
]);

function autoLayout(spec: Draft, work: Work): Placed {
  const columns = Math.min(Math.max(number(spec['maxColumnCount']) ?? 3, 1), 24);
  const w = Math.floor(24 / columns);
  const h = ROW_HEIGHTS.get(text(spec['rowHeightMode'])) ?? 9;
  const panels: Draft[] = [];
  for (const item of drafts(spec['items'])) {
    const at = draft(item['spec']);
    const panel = panelOf(elementName(at), work);
    if (panel === null) continue;
    const i = panels.length;
    const gridPos = { x: (i % columns) * w, y: Math.floor(i / columns) * h, w, h };
    panels.push({ ...panel, gridPos, ...repeatOf(at) });
  }
  return { panels, height: heightOf(panels) };
}

function down(panels: readonly Draft[], by: number): Draft[] {
  return panels.map((panel) => {
    const grid = draft(panel['gridPos']);
    return { ...panel, gridPos: { ...grid, y: (number(grid['y']) ?? 0) + by } };
  });
}

/** Rows within rows come after the row that held them: the classic model knows one level. */
function group(item: Draft, work: Work, top: number): Placed {
  const spec = draft(item['spec']);
  const inner = layout(spec['layout'], work);
  if (isDraft(spec['conditionalRendering'])) {
    const where = text(spec['title'], 'a row');
    work.notes.push({ where, text: 'It was shown under a condition; here it is always shown.' });
  }
  const collapsed = flag(spec['collapse']);
  const children = down(inner.panels, top + 1);
  const nested = children.some((panel) => panel['type'] === 'row');
  const header: Draft = {
    type: 'row',
    title: text(spec['title']),
    collapsed: collapsed && !nested,
    gridPos: { x: 0, y: top, w: 24, h: 1 },
    panels: collapsed && !nested ? children : [],
    ...repeatOf(spec),
  };
  if (flag(spec['hideHeader'])) return { panels: down(inner.panels, top), height: inner.height };
  if (collapsed && !nested) return { panels: [header], height: 1 };
  return { panels: [header, ...children], height: inner.height + 1 };
}

function groups(items: readonly Draft[], work: Work): Placed {
  const panels: Draft[] = [];
  let top = 0;
  for (const item of items) {
    const placed = group(item, work, top);
    panels.push(...placed.panels);
    top += placed.height;
  }
  return { panels, height: top };
}

function layout(raw: DraftValue | undefined, work: Work): Placed {
  const { kind, spec: inner } = draft(raw);
  const spec = draft(inner);
  switch (kind) {
    case 'GridLayout':
      return gridLayout(spec, work);
    case 'AutoGridLayout':
    case 'ResponsiveGridLayout':
      return autoLayout(spec, work);
    case 'RowsLayout':
      return groups(drafts(spec['rows']), work);
    case 'TabsLayout':
      work.notes.push({ where: 'layout', text: 'Tabs are shown as rows.' });
      return groups(drafts(spec['tabs']), work);
    default:
      work.notes.push({ where: 'layout', text: `The layout “${text(kind)}” is not known.` });
      return { panels: [], height: 0 };
  }
}

function annotationOf(raw: Draft): Draft {
  const spec = draft(raw['spec']);
  const query = draft(spec['query']);
  const target = draft(query['spec']);
  return {
    ...draft(spec['legacyOptions']),
    name: text(spec['name']),
    enable: flag(spec['enable'], true),
    hide: flag(spec['hide']),
    iconColor: text(spec['iconColor']),
    ...(flag(spec['builtIn']) ? { builtIn: 1, type: 'dashboard' } : {}),
    datasource: sourceOf(query),
    target,
    ...(isDraft(spec['filter']) ? { filter: spec['filter'] } : {}),
  };
}

const CURSORS = ['Off', 'Crosshair', 'Tooltip'];

export function fromV2(v2: Draft): { readonly spec: Draft; readonly notes: readonly LoadNote[] } {
  const time = draft(v2['timeSettings']);
  const work: Work = { elements: draft(v2['elements']), notes: [] };
  const spec: Draft = {
    uid: text(v2['uid']),
    title: text(v2['title']),
    description: text(v2['description']),
    tags: texts(v2['tags']),
    editable: flag(v2['editable'], true),
    graphTooltip: Math.max(CURSORS.indexOf(text(v2['cursorSync'], 'Off')), 0),
    liveNow: flag(v2['liveNow']),
    links: v2['links'] ?? [],
    time: { from: text(time['from'], 'now-6h'), to: text(time['to'], 'now') },
    timezone: text(time['timezone']),
    refresh: text(time['autoRefresh']),
    weekStart: text(time['weekStart'], text(time['weekdayStart'])),
    fiscalYearStartMonth: number(time['fiscalYearStartMonth']) ?? 0,
    timepicker: {
      hidden: flag(time['hideTimepicker']),
      refresh_intervals: texts(time['autoRefreshIntervals']),
      nowDelay: text(time['nowDelay']),
      quick_ranges: time['quickRanges'] ?? [],
    },
    templating: { list: drafts(v2['variables']).map(fromV2Variable) },
    annotations: { list: drafts(v2['annotations']).map(annotationOf) },
    panels: layout(v2['layout'], work).panels,
    schemaVersion: 42,
  };
  return { spec, notes: work.notes };
}
