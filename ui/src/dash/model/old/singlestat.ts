// The single stat of old → stat, or gauge where it drew one; and the options that stat-like panels
// had while they were new.

import type { LoadNote } from '../../model';
import {
  draft,
  drafts,
  ensure,
  flag,
  isDraft,
  number,
  remove,
  text,
  texts,
  type Draft,
} from '../json';
import { upgradeMappings } from './mappings';
import {
  defaultsOf,
  isStatistic,
  numbersIn,
  oldMappings,
  overridesOf,
  reducerId,
  thresholdSteps,
  titleOf,
} from './shared';

const COLORS = ['#299c46', 'rgba(237, 129, 40, 0.89)', '#d44a3a'];

const OLD_KEYS = [
  'cacheTimeout',
  'colorBackground',
  'colorPostfix',
  'colorPrefix',
  'colorValue',
  'colors',
  'decimals',
  'format',
  'gauge',
  'mappingType',
  'mappingTypes',
  'nullPointMode',
  'nullText',
  'postfix',
  'postfixFontSize',
  'prefix',
  'prefixFontSize',
  'rangeMaps',
  'sparkline',
  'tableColumn',
  'thresholds',
  'valueFontSize',
  'valueMaps',
  'valueName',
];

function unitOf(panel: Draft, notes: LoadNote[]): string {
  const unit = text(panel['format'], 'none');
  const prefix = text(panel['prefix']).trim();
  const postfix = text(panel['postfix']).trim();
  if (prefix === '' && postfix === '') return unit;
  const plain = unit === 'none' || unit === 'short' || unit === '';
  if (plain && prefix === '') return `suffix:${postfix}`;
  if (plain && postfix === '') return `prefix:${prefix}`;
  const lost = [prefix, postfix].filter((word) => word !== '').join('” and “');
  notes.push({
    where: titleOf(panel),
    text: `The words around the value, “${lost}”, are not shown.`,
  });
  return unit;
}

function escapeRegex(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function optionsOf(panel: Draft): Draft {
  const name = text(panel['valueName'], 'avg');
  const column = text(panel['tableColumn']);
  return {
    reduceOptions: {
      values: false,
      calcs: [isStatistic(name) ? reducerId(name) : 'lastNotNull'],
      fields: column === '' ? '' : `/^${escapeRegex(column)}$/`,
    },
    orientation: 'horizontal',
  };
}

export function convertSinglestat(panel: Draft): LoadNote[] {
  const notes: LoadNote[] = [];
  const gauge = draft(panel['gauge']);
  const options = optionsOf(panel);
  const defaults = defaultsOf(panel);
  defaults['unit'] = unitOf(panel, notes);
  const decimals = number(panel['decimals']);
  if (decimals !== undefined) defaults['decimals'] = decimals;
  const nullText = text(panel['nullText']);
  if (nullText !== '') defaults['noValue'] = nullText;
  const mappings = oldMappings(panel);
  if (mappings.length > 0) defaults['mappings'] = mappings;
  const colors = texts(panel['colors']);
  const steps = thresholdSteps(numbersIn(panel['thresholds']), colors.length > 0 ? colors : COLORS);
  if (steps !== undefined) defaults['thresholds'] = steps;
  defaults['color'] = { mode: 'thresholds' };
  if (flag(gauge['show'])) {
    panel['type'] = 'gauge';
    options['showThresholdMarkers'] = flag(gauge['thresholdMarkers'], true);
    options['showThresholdLabels'] = flag(gauge['thresholdLabels']);
    defaults['min'] = number(gauge['minValue']) ?? 0;
    defaults['max'] = number(gauge['maxValue']) ?? 100;
  } else {
    panel['type'] = 'stat';
    options['graphMode'] = flag(draft(panel['sparkline'])['show']) ? 'area' : 'none';
    options['colorMode'] = flag(panel['colorBackground'])
      ? 'background'
      : flag(panel['colorValue'])
        ? 'value'
        : 'none';
    options['justifyMode'] = 'auto';
    options['textMode'] = panel['valueName'] === 'name' ? 'name' : 'auto';
  }
  panel['options'] = options;
  overridesOf(panel);
  remove(panel, ...OLD_KEYS);
  return notes;
}

function thresholdsOfList(list: readonly Draft[]): Draft {
  const steps = list.map((one, i): Draft => ({
    color: text(one['color'], 'green'),
    value: i === 0 ? null : (number(one['value']) ?? null),
  }));
  return { mode: 'absolute', steps };
}

/** Of stat, gauge and bar gauge in their first versions: `valueOptions`, then `fieldOptions`. */
export function statOptions(panel: Draft): void {
  const options = draft(panel['options']);
  const fields = options['fieldOptions'];
  const values = options['valueOptions'];
  if (!isDraft(fields) && !isDraft(values)) return;
  const defaults = defaultsOf(panel);
  const from = draft(fields);
  const early = draft(values);
  for (const source of [early, from, draft(from['defaults'])]) {
    for (const key of [
      'unit',
      'decimals',
      'min',
      'max',
      'mappings',
      'thresholds',
      'links',
      'title',
      'noValue',
    ]) {
      const value = source[key];
      if (value !== undefined) defaults[key === 'title' ? 'displayName' : key] = value;
    }
  }
  for (const [old, key] of [
    ['minValue', 'min'],
    ['maxValue', 'max'],
    ['thresholds', 'thresholds'],
    ['valueMappings', 'mappings'],
  ] as const) {
    const value = options[old];
    if (value !== undefined && defaults[key] === undefined) defaults[key] = value;
  }
  const limits = defaults['thresholds'];
  if (Array.isArray(limits)) defaults['thresholds'] = thresholdsOfList(drafts(limits));
  if (Array.isArray(defaults['mappings'])) {
    defaults['mappings'] = upgradeMappings(drafts(defaults['mappings']), defaults['thresholds']);
  }
  const calcs = texts(from['calcs'] ?? early['stat']).map(reducerId);
  ensure(panel, 'options')['reduceOptions'] = {
    values: flag(from['values']),
    calcs: calcs.length > 0 ? calcs : ['mean'],
    fields: '',
  };
  for (const override of drafts(from['overrides'])) overridesOf(panel).push(override);
  remove(
    options,
    'fieldOptions',
    'valueOptions',
    'minValue',
    'maxValue',
    'thresholds',
    'valueMappings',
  );
}
