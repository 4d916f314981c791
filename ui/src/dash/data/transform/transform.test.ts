import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../frame';
import type { JsonObject, Transformation } from '../../model';
import { displayName } from '../names';
import { field, frame, series } from '../testFrames';
import { isTrend } from '../trend';
import { loadRare, needsRare, transformFrames, TRANSFORMERS } from './index';
import { parseDate } from './parseDate';

const context = { interpolate: (text: string) => text.replace('$host', 'web'), timezone: 'utc' };
const T = [1000, 2000, 3000];

function run(
  frames: readonly Frame[],
  id: string,
  options: JsonObject,
  more: Partial<Transformation> = {},
) {
  return transformFrames(frames, [{ id, options, disabled: false, ...more }], context);
}

const columns = (frames: readonly Frame[]) =>
  frames.map((one) => one.fields.map((each) => [displayName(each, one), each.values]));

const table = frame('A', [
  field('host', 'string', ['web', 'db', 'web']),
  field('cpu', 'number', [1, 2, 3]),
]);

describe('a list of transformations', () => {
  it('loads the rare ones when one is used', async () => {
    const rare = [{ id: 'transpose', options: {}, disabled: false }];
    expect(needsRare(rare)).toBe(true);
    expect(needsRare([{ id: 'merge', options: {}, disabled: false }])).toBe(false);
    expect(needsRare([{ id: 'transpose', options: {}, disabled: true }])).toBe(false);
    expect(transformFrames([table], rare, context)[0]?.meta?.notices?.[0]?.text).toMatch(
      /not loaded/,
    );
    await loadRare();
    expect(needsRare(rare)).toBe(false);
  });
  it('leaves frames as they are where it knows nothing, and says so', () => {
    const [after] = run([table], 'toString', {});
    expect(after?.fields).toBe(table.fields);
    expect(after?.meta?.notices?.[0]?.text).toMatch(/"toString" is not known/);
    expect(run([table], 'spatial', {})[0]?.meta?.notices?.[0]?.text).toMatch(/maps/);
    expect(run([], 'nobody', {})).toEqual([]);
  });
  it('skips those that are off or for annotations', () => {
    const before = [table];
    expect(run(before, 'limit', { limitField: 1 }, { disabled: true })).toBe(before);
    expect(run(before, 'limit', { limitField: 1 }, { topic: 'annotations' })).toBe(before);
  });
  it('touches only what its filter lets through, in its place', () => {
    const frames = [
      series('A', {}, T, [1, 2, 3]),
      series('B', {}, T, [4, 5, 6]),
      series('C', {}, T, [7, 8, 9]),
    ];
    const after = run(
      frames,
      'limit',
      { limitField: 1 },
      { filter: { id: 'byRefId', options: 'B|C' } },
    );
    expect(after.map(({ refId, length }) => [refId, length])).toEqual([
      ['A', 3],
      ['B', 1],
      ['C', 1],
    ]);
  });
  it('fills variables into options', () => {
    const filters = [{ fieldName: 'host', config: { id: 'equal', options: { value: '$host' } } }];
    expect(columns(run([table], 'filterByValue', { filters }))).toEqual([
      [
        ['host', ['web', 'web']],
        ['cpu', [1, 3]],
      ],
    ]);
  });
  it('survives options that make no sense', () => {
    for (const { id } of TRANSFORMERS) {
      for (const options of [
        {},
        { fields: 7, sort: 'x', mode: [], conversions: {}, regex: '/(/' },
      ]) {
        for (const frames of [
          [],
          [table],
          [frame('A', [])],
          [series('A', {}, T, [1, null, NaN])],
        ]) {
          const after = transformFrames(frames, [{ id, options, disabled: false }], context);
          for (const { fields, length } of after) {
            for (const { values } of fields) expect(values.length, id).toBe(length);
          }
          expect(after[0]?.meta?.notices?.map(({ text }) => text).join() ?? '').not.toMatch(
            /failed/,
          );
        }
      }
    }
  });
});

describe('sorting', () => {
  it('puts what is missing last either way, and goes on to the next field', () => {
    const rows = frame('A', [
      field('a', 'number', [2, null, 1, 2]),
      field('b', 'string', ['y', 'z', 'x', 'a']),
    ]);
    const sort = [{ field: 'a', desc: true }, { field: 'b' }];
    expect(columns(run([rows], 'sortBy', { sort }))).toEqual([
      [
        ['a', [2, 2, 1, null]],
        ['b', ['a', 'y', 'x', 'z']],
      ],
    ]);
  });
});

describe('dates out of text', () => {
  it('follow a format and a zone', () => {
    expect(parseDate('2024-03-01 10:05', 'YYYY-MM-DD HH:mm', 'utc')).toBe(
      Date.UTC(2024, 2, 1, 10, 5),
    );
    expect(parseDate('1 Mar 24 3 pm', 'D MMM YY h a', 'utc')).toBe(Date.UTC(2024, 2, 1, 15));
    expect(parseDate('2024-07-01', 'YYYY-MM-DD', 'Europe/Berlin')).toBe(Date.UTC(2024, 5, 30, 22));
    expect(parseDate('2024-03-01T10:05:00Z', '', 'utc')).toBe(Date.UTC(2024, 2, 1, 10, 5));
    expect(parseDate('nonsense', 'YYYY', 'utc')).toBeNull();
    expect(parseDate('1.5', 'X', 'utc')).toBe(1500);
  });
});

describe('rare transformations', () => {
  beforeAll(loadRare);
  const pods = [
    series('A', { pod: 'a', job: 'x' }, T, [1, 2, 3]),
    series('A', { pod: 'b', job: 'x' }, T, [4, 5, 6]),
  ];
  it('make a row with its line of each series', () => {
    const [after] = run(pods, 'timeSeriesTable', { A: { stat: 'max' } });
    expect(after?.fields.map(({ name }) => name)).toEqual(['job', 'pod', 'Trend #A']);
    const trend = after?.fields[2]?.values[1];
    expect(isTrend(trend) && [trend.value, trend.fields.length]).toEqual([6, 2]);
  });
  it('take fields out of text', () => {
    const source = (values: string[]) => [frame('A', [field('line', 'string', values)])];
    expect(
      columns(
        run(source(['{"a":1,"b":{"c":"x"}}', 'bad']), 'extractFields', {
          source: 'line',
          format: 'json',
          replace: true,
          jsonPaths: [{ path: 'b.c', alias: 'deep' }, { path: 'a' }],
        }),
      ),
    ).toEqual([
      [
        ['deep', ['x', null]],
        ['a', [1, null]],
      ],
    ]);
    expect(
      columns(
        run(source(['level=info msg="two words" n=3']), 'extractFields', {
          source: 'line',
          replace: true,
        }),
      ),
    ).toEqual([
      [
        ['level', ['info']],
        ['msg', ['two words']],
        ['n', [3]],
      ],
    ]);
    expect(
      columns(
        run(source(['v1.2']), 'extractFields', {
          source: 'line',
          format: 'regexp',
          regExp: '/v(?<major>\\d+)/',
          replace: true,
        }),
      ),
    ).toEqual([[['major', [1]]]]);
    expect(
      columns(
        run(source(['a, b']), 'extractFields', {
          source: 'line',
          format: 'delimiter',
          delimiter: ',',
          replace: true,
        }),
      ),
    ).toEqual([
      [
        ['a', [1]],
        ['b', [1]],
      ],
    ]);
  });
  it('part a table by values', () => {
    const after = run([table], 'partitionByValues', {
      fields: ['host'],
      naming: { asLabels: true },
    });
    expect(columns(after)).toEqual([[['cpu web', [1, 3]]], [['cpu db', [2]]]]);
    const named = run([table], 'partitionByValues', {
      fields: ['host'],
      keepFields: true,
      naming: { asLabels: false, withNames: true },
    });
    expect(named.map(({ name, fields }) => [name, fields.length])).toEqual([
      ['host=web', 2],
      ['host=db', 2],
    ]);
  });
  it('make series of tables and tables of series', () => {
    const long = frame('A', [
      field('time', 'time', [1, 1, 2]),
      field('host', 'string', ['a', 'b', 'a']),
      field('cpu', 'number', [10, 20, 30]),
    ]);
    expect(
      run([long], 'prepareTimeSeries', { format: 'multi' }).map(({ fields }) => [
        fields[1]?.labels,
        fields[1]?.values,
      ]),
    ).toEqual([
      [{ host: 'a' }, [10, 30]],
      [{ host: 'b' }, [20]],
    ]);
    const [wide] = run([long], 'prepareTimeSeries', { format: 'wide' });
    expect(wide?.fields.map(({ values }) => values)).toEqual([
      [1, 2],
      [10, 30],
      [20, null],
    ]);
    const [back] = run(run([long], 'prepareTimeSeries', { format: 'multi' }), 'prepareTimeSeries', {
      format: 'long',
    });
    expect(back?.fields.map(({ values }) => values)).toEqual([
      [1, 1, 2],
      ['a', 'b', 'a'],
      [10, 20, 30],
    ]);
  });
  it('join by labels', () => {
    const kinds = [
      frame('A', [field('Value', 'number', [1], { labels: { kind: 'used', pod: 'a' } })]),
      frame('A', [field('Value', 'number', [2], { labels: { kind: 'free', pod: 'a' } })]),
      frame('A', [field('Value', 'number', [3], { labels: { kind: 'used', pod: 'b' } })]),
    ];
    expect(columns(run(kinds, 'joinByLabels', { value: 'kind' }))).toEqual([
      [
        ['pod', ['a', 'b']],
        ['used', [1, 3]],
        ['free', [2, null]],
      ],
    ]);
    expect(run(kinds, 'joinByLabels', { value: 'no' })[0]?.meta?.notices?.length).toBe(1);
  });
  it('give settings from a query, and from rows', () => {
    const limits = frame('limits', [field('max', 'number', [100]), field('unit', 'string', ['s'])]);
    const [after] = run([table, limits], 'configFromData', { configRefId: 'limits' });
    expect(after?.fields[1]?.config).toMatchObject({ max: 100, unit: 's' });
    const rows = frame('A', [
      field('name', 'string', ['x', 'y']),
      field('value', 'number', [1, 2]),
      field('max', 'number', [10, 20]),
      field('zone', 'string', ['eu', 'us']),
    ]);
    const [fields] = run([rows], 'rowsToFields', {});
    expect(
      fields?.fields.map(({ name, values, labels, config }) => [name, values, labels, config.max]),
    ).toEqual([
      ['x', [1], { zone: 'eu' }, 10],
      ['y', [2], { zone: 'us' }, 20],
    ]);
  });
  it('count how often values fall where', () => {
    const values = [series('A', {}, [1, 2, 3, 4, 5], [0.1, 0.12, 0.3, null, 0.31])];
    expect(columns(run(values, 'histogram', { bucketSize: 0.1 }))).toEqual([
      [
        ['xMin', [0.1, 0.3]],
        ['xMax', [0.2, 0.4]],
        ['Value', [2, 2]],
      ],
    ]);
    const [cells] = run([series('A', {}, [0, 1, 60_000], [1, 1, 5])], 'heatmap', {
      xBuckets: { mode: 'size', value: '1m' },
      yBuckets: { mode: 'size', value: '2' },
    });
    expect(cells?.fields.map(({ values: own }) => own)).toEqual([
      [0, 60_000],
      [0, 4],
      [2, 6],
      [2, 1],
    ]);
    expect(cells?.meta?.type).toBe('heatmap-cells');
  });
  it('draw lines through values', () => {
    const square = series('A', {}, [0, 10, 20, 30], [0, 100, 400, 900]);
    const [, line] = run([square], 'regression', {
      modelType: 'polynomial',
      degree: 2,
      predictionCount: 4,
    });
    [0, 100, 400, 900].forEach((value, i) => {
      expect(line?.fields[1]?.values[i]).toBeCloseTo(value, 6);
    });
    const many = Array.from({ length: 1000 }, (_, i) => i);
    const [smooth] = run(
      [
        series(
          'A',
          {},
          many,
          many.map((i) => i % 2),
        ),
      ],
      'smoothing',
      { resolution: 10 },
    );
    expect(smooth?.length).toBe(10);
    expect(smooth?.fields[1]?.values[5]).toBeCloseTo(0.5, 1);
  });
  it('show groups without the tables inside', () => {
    const fields = {
      host: { operation: 'groupby', aggregations: [] },
      cpu: { operation: 'aggregate', aggregations: ['sum'] },
    };
    const after = run([table], 'groupToNestedTable', { fields });
    expect(columns(after)).toEqual([
      [
        ['host', ['web', 'db']],
        ['cpu (sum)', [4, 2]],
      ],
    ]);
    expect(after[0]?.meta?.notices?.length).toBe(1);
  });
});
