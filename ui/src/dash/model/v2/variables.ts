// Variables of the second format, as the first writes them.

import { draft, drafts, flag, number, text, type Draft } from '../json';

const TYPES = new Map([
  ['QueryVariable', 'query'],
  ['TextVariable', 'textbox'],
  ['ConstantVariable', 'constant'],
  ['DatasourceVariable', 'datasource'],
  ['IntervalVariable', 'interval'],
  ['CustomVariable', 'custom'],
  ['GroupByVariable', 'groupby'],
  ['AdhocVariable', 'adhoc'],
  ['SwitchVariable', 'switch'],
]);

const HIDE = ['dontHide', 'hideLabel', 'hideVariable', 'inControlsMenu'];
const REFRESH = ['never', 'onDashboardLoad', 'onTimeRangeChanged'];
const SORT = [
  'disabled',
  'alphabeticalAsc',
  'alphabeticalDesc',
  'numericalAsc',
  'numericalDesc',
  'alphabeticalCaseInsensitiveAsc',
  'alphabeticalCaseInsensitiveDesc',
  'naturalAsc',
  'naturalDesc',
];

function place(words: readonly string[], value: Draft[string]): number {
  return number(value) ?? Math.max(words.indexOf(text(value)), 0);
}

function sourceOf(variable: Draft): Draft {
  const query = draft(variable['query']);
  const type = text(query['group'], text(variable['group']));
  const named = draft(query['datasource'] ?? variable['datasource']);
  const uid = text(named['name'], text(named['uid']));
  return type === '' && uid === '' ? {} : { datasource: { type, uid } };
}

function queryOf(type: string, spec: Draft): Draft {
  if (type === 'query') {
    const query = draft(spec['query']);
    const inner = draft(query['spec']);
    // A query as plain text is wrapped so that it is an object.
    const legacy = inner['__legacyStringValue'];
    return { query: typeof legacy === 'string' ? legacy : inner };
  }
  if (type === 'datasource') return { query: text(spec['pluginId']) };
  return spec['query'] === undefined ? {} : { query: spec['query'] };
}

export function fromV2Variable(raw: Draft): Draft {
  const spec = draft(raw['spec']);
  const type = TYPES.get(text(raw['kind'])) ?? 'query';
  return {
    ...spec,
    type,
    hide: place(HIDE, spec['hide']),
    ...(spec['refresh'] === undefined ? {} : { refresh: place(REFRESH, spec['refresh']) }),
    ...(spec['sort'] === undefined ? {} : { sort: place(SORT, spec['sort']) }),
    ...queryOf(type, spec),
    ...sourceOf({
      ...spec,
      group: raw['group'],
      datasource: raw['datasource'] ?? spec['datasource'],
    }),
    ...(type === 'interval' ? { auto: flag(spec['auto']) } : {}),
    options: drafts(spec['options']),
  };
}
