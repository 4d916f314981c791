// The table of old → table: column styles become overrides, its way of shaping data transformations.

import type { LoadNote } from '../../model';
import { drafts, flag, number, remove, text, texts, type Draft } from '../json';
import {
  addOverride,
  defaultsOf,
  numbersIn,
  oldMappings,
  overridesOf,
  reducerId,
  thresholdSteps,
  type Property,
} from './shared';

const OLD_KEYS = [
  'columns',
  'filterNull',
  'fontSize',
  'pageSize',
  'scroll',
  'showHeader',
  'sort',
  'styles',
  'table',
  'transform',
];

const CELLS = new Map<string, Draft>([
  ['cell', { type: 'color-background', mode: 'basic' }],
  ['row', { type: 'color-background', mode: 'basic', applyToRow: true }],
  ['value', { type: 'color-text' }],
]);

/** `$__cell`, `$__cell_2`: the value and other columns of its row. */
function cellVariables(url: string): string {
  return url
    .replace(
      /\$\{__cell_(\d+)(?::[^}]*)?\}|\$__cell_(\d+)/g,
      (_, braced?: string, bare?: string) => `\${__data.fields[${braced ?? bare ?? '0'}]}`,
    )
    .replace(/\$\{__cell(?::[^}]*)?\}|\$__cell\b/g, '${__value.raw}');
}

function properties(style: Draft): Property[] {
  const out: Property[] = [];
  const add = (id: string, value: Property['value']) => {
    out.push({ id, value });
  };
  const alias = text(style['alias']);
  const unit = text(style['unit']);
  const type = text(style['type']);
  const align = text(style['align']);
  const decimals = number(style['decimals']);
  if (alias !== '') add('displayName', alias);
  if (type === 'hidden') add('custom.hideFrom', { viz: true, legend: true, tooltip: true });
  if (type === 'date') add('unit', `time: ${text(style['dateFormat'], 'YYYY-MM-DD HH:mm:ss')}`);
  if (type === 'number' && unit !== '') add('unit', unit);
  if (type === 'number' && decimals !== undefined) add('decimals', decimals);
  if (align !== '' && align !== 'auto') add('custom.align', align);
  if (flag(style['link'])) {
    const link: Draft = {
      title: cellVariables(text(style['linkTooltip'])),
      url: cellVariables(text(style['linkUrl'])),
      ...(flag(style['linkTargetBlank']) ? { targetBlank: true } : {}),
    };
    add('links', [link]);
  }
  const cell = CELLS.get(text(style['colorMode']));
  if (cell !== undefined) {
    add('custom.cellOptions', { ...cell });
    const steps = thresholdSteps(numbersIn(style['thresholds']), texts(style['colors']));
    if (steps !== undefined) {
      add('thresholds', steps);
      add('color', { mode: 'thresholds' });
    }
  }
  const mappings = oldMappings(style);
  if (mappings.length > 0) add('mappings', mappings);
  return out;
}

function transformation(panel: Draft): Draft | null {
  switch (panel['transform']) {
    case 'timeseries_to_columns':
      return { id: 'seriesToColumns', options: {} };
    case 'timeseries_to_rows':
      return { id: 'seriesToRows', options: {} };
    case 'timeseries_aggregations': {
      const reducers = drafts(panel['columns']).map((column) => reducerId(text(column['value'])));
      return { id: 'reduce', options: { reducers, includeTimeField: false } };
    }
    case 'table':
      return { id: 'merge', options: {} };
    default:
      return null;
  }
}

export function convertTable(panel: Draft): LoadNote[] {
  const defaults = defaultsOf(panel);
  const styles = drafts(panel['styles']);
  defaults['custom'] = { align: 'auto', cellOptions: { type: 'auto' } };
  overridesOf(panel);
  for (const style of styles) {
    const pattern = text(style['pattern']);
    const settings = properties(style);
    if (pattern === '') continue;
    // "All the rest" stood last in old tables and first in ours.
    if (/^\/\.\*\/$/.test(pattern) || pattern === '/.*/') {
      for (const { id, value } of settings) {
        if (id === 'unit' || id === 'decimals' || id === 'links') defaults[id] = value;
      }
      continue;
    }
    addOverride(panel, pattern, settings);
  }
  const shape = transformation(panel);
  if (shape !== null) panel['transformations'] = [...drafts(panel['transformations']), shape];
  panel['options'] = { showHeader: flag(panel['showHeader'], true), cellHeight: 'sm' };
  panel['type'] = 'table';
  remove(panel, ...OLD_KEYS);
  return [];
}
