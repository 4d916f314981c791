// Writes src/dash/data/transform/golden.json: what the published package @grafana/data (Apache-2.0)
// makes of frames with its transformations, names, reducers and colours, for ours to be measured
// against. Used as goldenUnits.mjs is:
//
//   node scripts/goldenTransforms.mjs DIR > src/dash/data/transform/golden.json

import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.argv[2] ?? '.', 'package.json'));
globalThis.navigator ??= { language: 'en-US', languages: ['en-US'], userAgent: 'node' };
const grafana = require('@grafana/data');
const { version } = require('@grafana/data/package.json');
globalThis.window = globalThis;
const warn = console.warn;
console.warn = () => {};

const seen = new Set();
grafana.standardTransformersRegistry.setInit(() =>
  Object.values(grafana.standardTransformers)
    .filter(({ id }) => !seen.has(id) && seen.add(id))
    .map((transformer) => ({
      id: transformer.id,
      aliasIds: transformer.aliasIds,
      name: transformer.name,
      transformation: async () => transformer,
    })),
);

const field = (name, type, values, more = {}) => ({ name, type, values, config: {}, ...more });
const frame = (refId, fields, more = {}) => ({
  refId,
  fields,
  length: fields[0]?.values.length ?? 0,
  ...more,
});
const series = (refId, labels, times, values, config = {}) =>
  frame(refId, [
    field('Time', 'time', times),
    field('Value', 'number', values, { labels, config }),
  ]);
const T = [1000, 2000, 3000, 4000];
const INPUTS = {
  series: [
    series('A', { pod: 'a', job: 'x' }, T, [1, 2, 3, 4]),
    series('A', { pod: 'b', job: 'x' }, T, [10, null, 30, 5]),
    series('B', { pod: 'a' }, [1000, 3000, 5000], [0.5, -1, 7]),
  ],
  oneLabel: [
    series('A', { pod: 'a' }, T, [4, 3, 2, 1]),
    series('A', { pod: 'b' }, T, [0, 0, 0, 0]),
  ],
  named: [
    series('A', { pod: 'a' }, T, [4, 3, 2, 1], { displayNameFromDS: 'first' }),
    { ...series('B', { pod: 'b' }, [2000, 9000], [8, 9]), name: 'second' },
  ],
  tables: [
    frame('A', [
      field('Time', 'time', [1000, 1000, 1000]),
      field('pod', 'string', ['a', 'b', 'c']),
      field('Value #A', 'number', [1, 2, 3]),
    ]),
    frame('B', [
      field('Time', 'time', [1000, 1000, 1000]),
      field('pod', 'string', ['b', 'c', 'd']),
      field('Value #B', 'number', [20, null, 40]),
    ]),
  ],
  table: [
    frame('A', [
      field('Time', 'time', [5000, 1000, 3000, 2000, 4000]),
      field('host', 'string', ['web', 'db', 'web', 'Cache', 'db']),
      field('zone', 'string', ['eu', 'eu', 'us', 'us', 'eu']),
      field('up', 'boolean', [true, false, true, true, false]),
      field('Value', 'number', [3, 1.5, null, -2, 1.5], { config: { unit: 's' } }),
      field('Size', 'number', [10, 20, 30, 40, 50]),
      field('text', 'string', ['1,000', '2.5', 'nope', '', '-7']),
    ]),
  ],
  empty: [frame('A', [field('Time', 'time', []), field('Value', 'number', [])])],
};

const reducers = ['sum', 'min', 'max', 'mean', 'last', 'lastNotNull', 'count', 'range'];
const binary = (left, operator, right, more = {}) => [
  'calculateField',
  { mode: 'binary', binary: { left, operator, right }, ...more },
];
const byName = (options) => ({ matcher: { id: 'byName', options } });
const where = (fieldName, id, options = {}) => ({ fieldName, config: { id, options } });
const keep = (filters, more = {}) => ['filterByValue', { filters, type: 'include', ...more }];
const CASES = {
  series: [
    ['joinByField', {}],
    ['joinByField', { byField: 'Time', mode: 'inner' }],
    ['joinByField', { byField: 'Time', mode: 'outerTabular' }],
    ['merge', {}],
    ['seriesToRows', {}],
    ['labelsToFields', {}],
    ['labelsToFields', { keepLabels: ['pod'] }],
    ['labelsToFields', { valueLabel: 'pod' }],
    ['labelsToFields', { mode: 'rows' }],
    ['labelsToFields', { mode: 'rows', keepLabels: ['pod'] }],
    ['reduce', { reducers: ['max', 'lastNotNull'] }],
    ['reduce', { reducers: ['mean'], labelsToFields: true }],
    ['reduce', { reducers: ['min'], mode: 'reduceFields' }],
    ['reduce', { reducers: ['sum', 'last'], mode: 'reduceFields', includeTimeField: true }],
    ['filterByRefId', { include: 'A' }],
    ['filterByRefId', { exclude: 'A' }],
    ['filterByRefId', { include: 'A|B' }],
    ['concatenate', {}],
    ['calculateField', { mode: 'reduceRow', reduce: { reducer: 'sum' } }],
    ['calculateField', { mode: 'reduceRow', reduce: { reducer: 'mean' }, replaceFields: true }],
    ['ensureColumns', {}],
    ['limit', { limitField: 2 }],
    ['limit', { limitField: '1' }],
    ['renameByRegex', { regex: '.*pod="(.)".*', renamePattern: 'pod $1' }],
    binary({ matcher: { id: 'byType', options: 'number' } }, '*', { fixed: '2' }),
    ['calculateField', { mode: 'index' }],
  ],
  oneLabel: [
    ['organize', { renameByName: { a: 'first' }, excludeByName: { b: true } }],
    ['joinByField', { byField: 'Time' }],
    ['filterFieldsByName', { include: { pattern: '/^a|Time/' } }],
    ['renameByRegex', { regex: '/(.)/', renamePattern: '<$1>' }],
    ['reduce', { reducers: ['lastNotNull'] }],
    ['seriesToRows', {}],
  ],
  named: [
    ['joinByField', {}],
    ['concatenate', { frameNameMode: 'label' }],
    ['concatenate', { frameNameMode: 'drop' }],
    ['reduce', { reducers: ['max'] }],
    ['renameByRegex', { regex: 'f(.*)t', renamePattern: '$1' }],
    ['organize', { renameByName: { first: 'one' } }],
  ],
  tables: [
    ['merge', {}],
    ['joinByField', { byField: 'pod' }],
    ['joinByField', { byField: 'pod', mode: 'inner' }],
    ['joinByField', { byField: 'pod', mode: 'outerTabular' }],
    ['seriesToColumns', { byField: 'pod' }],
    ['joinByField', { byField: 'none' }],
    ['concatenate', {}],
  ],
  table: [
    [
      'organize',
      {
        excludeByName: { Time: true },
        indexByName: { Value: 0, host: 1 },
        renameByName: { host: 'Host', Value: 'Seconds', zone: '' },
      },
    ],
    ['organize', { includeByName: { host: true, Value: true } }],
    ['order', { indexByName: { text: 0, Time: 3 } }],
    ['order', { orderByMode: 'auto', orderBy: [{ type: 'name', desc: true }] }],
    ['filterFieldsByName', { include: { names: ['host', 'Value'] } }],
    ['filterFieldsByName', { exclude: { pattern: '^(?!Time).*$' } }],
    ['filterFieldsByName', { include: { names: ['host'], pattern: '/Va/' } }],
    ['filterFieldsByName', { include: { variable: '{host,zone}' }, byVariable: true }],
    ['renameByRegex', { regex: '(.*)o(.*)', renamePattern: '$2-$1' }],
    [
      'groupBy',
      {
        fields: {
          host: { operation: 'groupby', aggregations: [] },
          Value: { operation: 'aggregate', aggregations: reducers },
          Size: { operation: 'aggregate', aggregations: ['allIsZero', 'uniqueValues'] },
        },
      },
    ],
    [
      'groupBy',
      {
        fields: {
          zone: { operation: 'groupby', aggregations: ['count'] },
          host: { operation: 'groupby' },
        },
      },
    ],
    ['groupBy', { fields: {} }],
    ['sortBy', { sort: [{ field: 'Size', desc: true }] }],
    ['sortBy', { sort: [{ field: 'host' }] }],
    ['sortBy', { sort: [{ field: 'Time' }] }],
    ['sortBy', { sort: [{ field: 'none' }] }],
    ['limit', {}],
    ['limit', { limitField: 2 }],
    ['limit', { limitField: -2 }],
    keep([where('Value', 'greater', { value: 1 })]),
    keep([where('Value', 'lowerOrEqual', { value: 1.5 })]),
    keep([where('Value', 'isNull')]),
    keep([where('Value', 'isNotNull')]),
    keep([where('host', 'equal', { value: 'db' })]),
    keep([where('host', 'notEqual', { value: 'db' })]),
    keep([where('host', 'regex', { value: '^[cdC]' })]),
    keep([where('host', 'substring', { value: 'E' })]),
    keep([where('host', 'notSubstring', { value: 'e' })]),
    keep([where('Size', 'between', { from: 10, to: 40 })]),
    keep([where('Size', 'equal', { value: '20' })]),
    keep([where('none', 'isNull')]),
    keep([where('Size', 'greater', { value: 15 }), where('host', 'equal', { value: 'db' })], {
      match: 'all',
    }),
    keep([where('Size', 'greater', { value: 45 }), where('host', 'equal', { value: 'Cache' })], {
      match: 'any',
    }),
    keep([where('Size', 'greater', { value: 25 })], { type: 'exclude' }),
    binary('Value', '+', 'Size'),
    binary(byName('Value'), '/', byName('Size'), { alias: 'ratio' }),
    binary('Size', '*', '2'),
    binary({ fixed: '100' }, '-', byName('Size'), { replaceFields: true }),
    binary('Size', '-', 'none'),
    ['calculateField', { mode: 'index', alias: 'n' }],
    ['calculateField', { mode: 'index', index: { asPercentile: true }, replaceFields: true }],
    [
      'calculateField',
      { mode: 'reduceRow', reduce: { reducer: 'max', include: ['Value', 'Size'] } },
    ],
    ['calculateField', { mode: 'unary', unary: { operator: 'abs', fieldName: 'Size' } }],
    ['calculateField', { mode: 'unary', unary: { operator: 'percent', fieldName: 'Size' } }],
    [
      'calculateField',
      { mode: 'unary', unary: { operator: 'ln', fieldName: 'Size' }, alias: 'log' },
    ],
    [
      'calculateField',
      { mode: 'cumulativeFunctions', cumulative: { reducer: 'sum', field: 'Size' } },
    ],
    [
      'calculateField',
      { mode: 'cumulativeFunctions', cumulative: { reducer: 'mean', field: 'Size' } },
    ],
    ...['mean', 'variance', 'stdDev'].flatMap((reducer) =>
      ['trailing', 'centered'].map((windowAlignment) => [
        'calculateField',
        {
          mode: 'windowFunctions',
          window: {
            reducer,
            windowAlignment,
            field: 'Size',
            windowSizeMode: 'fixed',
            windowSize: 3,
          },
        },
      ]),
    ),
    [
      'calculateField',
      {
        mode: 'windowFunctions',
        window: { reducer: 'mean', field: 'Size', windowSizeMode: 'percentage', windowSize: 0.4 },
      },
    ],
    ['convertFieldType', { conversions: [{ targetField: 'text', destinationType: 'number' }] }],
    [
      'convertFieldType',
      {
        conversions: [
          { targetField: 'Value', destinationType: 'boolean' },
          { targetField: 'Size', destinationType: 'string' },
        ],
      },
    ],
    ['convertFieldType', { conversions: [{ targetField: 'Size', destinationType: 'time' }] }],
    ...[
      'Upper Case',
      'Lower Case',
      'Sentence Case',
      'Title Case',
      'Pascal Case',
      'Camel Case',
      'Snake Case',
      'Kebab Case',
      'Trim',
    ].map((outputFormat) => ['formatString', { stringField: 'host', outputFormat }]),
    [
      'formatString',
      { stringField: 'host', outputFormat: 'Substring', substringStart: 1, substringEnd: 3 },
    ],
    ['formatTime', { timeField: 'Time', outputFormat: 'YYYY-MM-DD HH:mm:ss', timezone: 'utc' }],
    ['groupingToMatrix', { columnField: 'zone', rowField: 'host', valueField: 'Size' }],
    [
      'groupingToMatrix',
      { columnField: 'zone', rowField: 'host', valueField: 'Size', emptyValue: 'null' },
    ],
    ['transpose', {}],
    ['reduce', { reducers: ['lastNotNull', 'count'] }],
    ['seriesToRows', {}],
  ],
  empty: [
    ['reduce', { reducers: ['max'] }],
    ['merge', {}],
    ['joinByField', {}],
    ['sortBy', { sort: [{ field: 'Value' }] }],
    ['groupBy', { fields: { Value: { operation: 'groupby' } } }],
    ['labelsToFields', {}],
  ],
};

const plain = (value) =>
  value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : value;
const shown = (frames) =>
  frames.map((one) => {
    const fields = one.fields.map((each) => ({ ...each, state: undefined }));
    const bare = { ...one, fields };
    return {
      refId: one.refId,
      length: one.length,
      fields: fields.map((each) => [
        grafana.getFieldDisplayName(each, bare),
        each.type,
        Array.from(each.values, plain),
      ]),
    };
  });
const copy = (frames) => JSON.parse(JSON.stringify(frames));

const cases = [];
for (const [input, list] of Object.entries(CASES)) {
  for (const [id, options] of list) {
    const stream = grafana.transformDataFrame(
      [{ id, options: copy(options) }],
      copy(INPUTS[input]),
    );
    const output = await new Promise((done, fail) => {
      stream.subscribe({ next: done, error: fail });
    });
    cases.push({ input, id, options, output: shown(output) });
  }
}

const names = Object.fromEntries(
  Object.entries(INPUTS).map(([name, frames]) => [
    name,
    copy(frames).map((one, _, all) =>
      one.fields.map((each) => grafana.getFieldDisplayName(each, one, all)),
    ),
  ]),
);
const COLUMNS = [
  [1, 2, 3, 2, 5],
  [0, 0, 0],
  [null, null],
  [null, 4, null, -4, NaN, 4],
  [5],
  [10, 2, 8, 8.5],
  ['a', 'b', 'a', null],
];
const ids = grafana.fieldReducers.list().map(({ id }) => id);
const reduced = COLUMNS.map((values) => {
  const type = typeof values[0] === 'string' ? 'string' : 'number';
  return Object.fromEntries(
    [...ids.filter((id) => !/^p\d/.test(id)), 'p5', 'p50', 'p99', 'avg', 'total', 'current'].map(
      (id) => {
        const answer = grafana.reduceField({ field: field('v', type, values), reducers: [id] });
        const value =
          answer[id] ?? answer[{ avg: 'mean', total: 'sum', current: 'lastNotNull' }[id]];
        return [id, Array.isArray(value) ? value.map(plain) : plain(value)];
      },
    ),
  );
});

const colours = {};
for (const mode of ['dark', 'light']) {
  const theme = grafana.createTheme({ colors: { mode } });
  const { getColorByName, palette } = theme.visualization;
  const at = (id, percent) => {
    const scheme = grafana.fieldColorModeRegistry.get(id);
    scheme.getColors(theme);
    const css =
      scheme.interpolator === undefined || !/viridis|magma|plasma|inferno|cividis/.test(id)
        ? require('d3-interpolate').interpolateRgbBasis(scheme.getColors(theme))(percent)
        : scheme.interpolator(percent);
    return css;
  };
  const schemes = 'GrYlRd RdYlGr BlYlRd YlRd BlPu YlBl viridis magma plasma inferno cividis'.split(
    ' ',
  );
  const shades = (index) =>
    grafana.fieldColorModeRegistry.get('shades').getCalculator(
      {
        config: { color: { mode: 'shades', fixedColor: '#5794F2' } },
        state: { seriesIndex: index },
      },
      theme,
    )(0, 0);
  colours[mode] = {
    palette: palette.map(getColorByName),
    named: Object.fromEntries(
      [
        'red',
        'dark-red',
        'super-light-green',
        'semi-dark-blue',
        'light-purple',
        'orange',
        'yellow',
      ].map((name) => [name, getColorByName(name)]),
    ),
    schemes: Object.fromEntries(
      schemes.map((id) => [
        `continuous-${id}`,
        [0, 0.1, 0.33, 0.5, 0.77, 1].map((part) => at(`continuous-${id}`, part)),
      ]),
    ),
    shades: Array.from({ length: 12 }, (_, i) => shades(i)),
  };
}
const hashed = ['', 'a', 'cpu 0', 'node_exporter', 'größe'].map((name) => [
  name,
  require('string-hash')(name),
]);

const lines = (list) => `[\n${list.map((one) => JSON.stringify(one)).join(',\n')}]`;
console.warn = warn;
process.stdout.write(
  `{"made":${JSON.stringify(`scripts/goldenTransforms.mjs with @grafana/data ${version}: input and output alone`)},\n` +
    `"inputs":${JSON.stringify(INPUTS)},\n"names":${JSON.stringify(names)},\n` +
    `"columns":${JSON.stringify(COLUMNS.map((values) => values.map((v) => (Number.isNaN(v) ? 'NaN' : v))))},\n"reduced":${lines(reduced)},\n` +
    `"hashed":${JSON.stringify(hashed)},\n"colours":${JSON.stringify(colours)},\n"cases":${lines(cases)}}\n`,
);
