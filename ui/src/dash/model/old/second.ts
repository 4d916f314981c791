// Schemas 19 to 36.

import { allPanels } from '../envelope';
import {
  draft,
  drafts,
  ensure,
  ensureList,
  flag,
  isDraft,
  number,
  remove,
  text,
  texts,
  type Draft,
  type DraftValue,
} from '../json';
import type { Step } from '../recent';
import { upgradeMappings } from './mappings';

function eachPanel(apply: (panel: Draft) => void): (spec: Draft) => void {
  return (spec) => {
    allPanels(spec).forEach(apply);
  };
}

function eachVariable(apply: (variable: Draft) => void): (spec: Draft) => void {
  return (spec) => {
    drafts(draft(spec['templating'])['list']).forEach(apply);
  };
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

function linkAddress(link: Draft): string {
  let url = text(link['url']);
  if (url === '' && text(link['dashboard']) !== '')
    url = `dashboard/db/${slug(text(link['dashboard']))}`;
  if (url === '' && text(link['dashUri']) !== '') url = `dashboard/${text(link['dashUri'])}`;
  if (url === '') url = '/';
  const parts = [
    flag(link['keepTime']) ? '$__url_time_range' : '',
    flag(link['includeVars']) ? '$__all_variables' : '',
    text(link['params']).replace(/^[?&]/, ''),
  ].filter((part) => part !== '');
  if (parts.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${parts.join('&')}`;
}

function panelLinks(panel: Draft): void {
  if (!Array.isArray(panel['links'])) return;
  panel['links'] = drafts(panel['links']).map((link) => ({
    title: text(link['title']),
    url: linkAddress(link),
    ...(flag(link['targetBlank']) ? { targetBlank: true } : {}),
  }));
}

const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/__series_name/g, '__series.name'],
  [/__value_time/g, '__value.time'],
  [/__field_name/g, '__field.name'],
];

/** Data links wherever they are: of graphs, of stat-like panels, of fields. */
function eachDataLink(panel: Draft, apply: (url: string) => string): void {
  const options = draft(panel['options']);
  const places = [
    options['dataLinks'],
    draft(draft(options['fieldOptions'])['defaults'])['links'],
    draft(draft(panel['fieldConfig'])['defaults'])['links'],
  ];
  for (const link of places.flatMap((place) => drafts(place))) {
    if (typeof link['url'] === 'string') link['url'] = apply(link['url']);
    if (typeof link['title'] === 'string') link['title'] = apply(link['title']);
  }
}

function linkNames(panel: Draft): void {
  eachDataLink(panel, (url) => RENAMED.reduce((at, [from, to]) => at.replace(from, to), url));
}

function linkLabels(panel: Draft): void {
  eachDataLink(panel, (url) => url.replace(/__series\.labels/g, '__field.labels'));
}

function currentShape(variable: Draft): void {
  const current = variable['current'];
  if (!isDraft(current)) return;
  const many = flag(variable['multi']);
  for (const key of ['text', 'value']) {
    const value = current[key];
    if (value === undefined || value === null || Array.isArray(value) === many) continue;
    current[key] = many ? [value] : (texts(value)[0] ?? '');
  }
}

function textPanel(panel: Draft): void {
  if (panel['type'] !== 'text2') return;
  panel['type'] = 'text';
  remove(draft(panel['options']), 'angular');
}

function isClone(panel: Draft): boolean {
  const by = (key: string) =>
    panel[key] !== undefined && panel[key] !== null && panel[key] !== false;
  return by('repeatPanelId') || by('repeatByRow');
}

function dropClones(spec: Draft): void {
  const kept = drafts(spec['panels']).filter((panel) => !isClone(panel));
  for (const panel of kept) {
    if (panel['type'] !== 'row' || !Array.isArray(panel['panels'])) continue;
    panel['panels'] = drafts(panel['panels']).filter((child) => !isClone(child));
  }
  spec['panels'] = kept;
}

function visibleConstant(variable: Draft): void {
  if (variable['type'] !== 'constant') return;
  const value = text(variable['query']);
  const hide = number(variable['hide']) ?? 0;
  if (hide !== 2) variable['type'] = 'textbox';
  variable['current'] = { selected: true, text: value, value };
  variable['options'] = [{ selected: true, text: value, value }];
}

function dropVariableTags(variable: Draft): void {
  remove(variable, 'tags', 'tagsQuery', 'tagValuesQuery', 'useTags');
}

function refreshQueries(variable: Draft): void {
  if (variable['type'] !== 'query') return;
  if (variable['refresh'] !== 1 && variable['refresh'] !== 2) variable['refresh'] = 1;
  variable['options'] = [];
}

function mappings(panel: Draft): void {
  const config = draft(panel['fieldConfig']);
  const defaults = draft(config['defaults']);
  if (Array.isArray(defaults['mappings'])) {
    defaults['mappings'] = upgradeMappings(drafts(defaults['mappings']), defaults['thresholds']);
  }
  for (const override of drafts(config['overrides'])) {
    const properties = drafts(override['properties']);
    const limits = properties.find((one) => one['id'] === 'thresholds')?.['value'];
    for (const property of properties) {
      if (property['id'] !== 'mappings' || !Array.isArray(property['value'])) continue;
      property['value'] = upgradeMappings(
        drafts(property['value']),
        limits ?? defaults['thresholds'],
      );
    }
  }
}

function tooltipOptions(panel: Draft): void {
  const options = draft(panel['options']);
  if (options['tooltipOptions'] === undefined) return;
  options['tooltip'] = options['tooltipOptions'];
  remove(options, 'tooltipOptions');
}

function mergeAfterLabels(panel: Draft): void {
  const list = panel['transformations'];
  if (!Array.isArray(list)) return;
  panel['transformations'] = drafts(list).flatMap((one): Draft[] =>
    one['id'] === 'labelsToFields' ? [one, { id: 'merge', options: {} }] : [one],
  );
}

const OWN_SOURCES = ['-- Mixed --', '-- Dashboard --', '-- Grafana --'];

/** Names stay names: whoever asks finds data sources by either. */
function reference(value: DraftValue | undefined): DraftValue | undefined {
  if (typeof value !== 'string') return value;
  if (value === '' || value === 'default') return null;
  if (value === '__expr__') return { type: '__expr__', uid: '__expr__' };
  return OWN_SOURCES.includes(value) ? { type: 'datasource', uid: value } : { uid: value };
}

function refer(holder: Draft): void {
  const value = reference(holder['datasource']);
  if (value !== undefined) holder['datasource'] = value;
}

function references(spec: Draft): void {
  for (const panel of allPanels(spec)) {
    refer(panel);
    drafts(panel['targets']).forEach(refer);
  }
  drafts(draft(spec['annotations'])['list']).forEach(refer);
  for (const variable of drafts(draft(spec['templating'])['list'])) {
    if (variable['type'] !== 'datasource') refer(variable);
  }
}

function hiddenAxes(panel: Draft): void {
  const config = draft(panel['fieldConfig']);
  const custom = draft(draft(config['defaults'])['custom']);
  if (panel['type'] !== 'timeseries' || custom['axisPlacement'] !== 'hidden') return;
  ensureList(ensure(panel, 'fieldConfig'), 'overrides').push({
    matcher: { id: 'byType', options: 'time' },
    properties: [{ id: 'custom.axisPlacement', value: 'auto' }],
  });
}

export const SECOND: readonly Step[] = [
  { below: 19, apply: eachPanel(panelLinks) },
  { below: 20, apply: eachPanel(linkNames) },
  { below: 21, apply: eachPanel(linkLabels) },
  { below: 23, apply: eachVariable(currentShape) },
  { below: 26, apply: eachPanel(textPanel) },
  { below: 27, apply: dropClones },
  { below: 27, apply: eachVariable(visibleConstant) },
  { below: 28, apply: eachVariable(dropVariableTags) },
  { below: 29, apply: eachVariable(refreshQueries) },
  { below: 30, apply: eachPanel(mappings) },
  { below: 30, apply: eachPanel(tooltipOptions) },
  { below: 31, apply: eachPanel(mergeAfterLabels) },
  { below: 35, apply: eachPanel(hiddenAxes) },
  { below: 36, apply: references },
];
