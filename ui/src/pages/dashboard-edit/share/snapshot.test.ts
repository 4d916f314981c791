import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../dash/frame';
import { loadDashboard } from '../../../dash/model/load';
import { readJson } from '../settings/jsonPosition';
import { freeName, nameError } from '../settings/variableRules';
import { pasted, readCopied } from '../adding';
import { forever, snapshotJson, spelled } from './snapshot';

const frame: Frame = {
  refId: 'A',
  length: 2,
  fields: [
    { name: 'Time', type: 'time', values: [1000, 2000], config: { custom: {}, interval: 1000 } },
    {
      name: 'Value',
      type: 'number',
      labels: { job: 'node' },
      values: [1, Number.NaN],
      config: { custom: {}, displayNameFromDS: 'node' },
    },
  ],
};

describe('a snapshot', () => {
  const build = async () => {
    const { dashboard } = await loadDashboard({
      uid: 'u',
      title: 'Board',
      schemaVersion: 42,
      refresh: '5s',
      links: [{ title: 'secret', url: 'http://inside' }],
      templating: {
        list: [{ name: 'job', type: 'query', query: 'label_values(secret_metric, job)' }],
      },
      panels: [
        {
          id: 1,
          type: 'timeseries',
          title: 'Of $job',
          repeat: 'job',
          targets: [{ refId: 'A', expr: 'secret_metric' }],
        },
      ],
    });
    const [panel] = dashboard.panels;
    if (panel === undefined) throw new Error('no panel');
    const clone = (value: string) => ({ ...panel, scopedVars: { job: { text: value, value } } });
    return snapshotJson({
      dashboard,
      panels: [clone('a'), { ...clone('b'), cloneKey: 'panel-1-clone-1' }],
      framesOf: () => [frame],
      range: { from: 0, to: 60_000 },
      chosen: new Map([['job', { value: ['a', 'b'], text: ['a', 'b'] }]]),
    });
  };
  it('holds data instead of queries', async () => {
    const json = await build();
    expect(JSON.stringify(json)).not.toContain('secret');
    expect(json['panels']).toMatchObject([{ snapshotData: [{ refId: 'A' }] }, {}]);
    expect(json['time']).toEqual({
      from: '1970-01-01T00:00:00.000Z',
      to: '1970-01-01T00:01:00.000Z',
    });
    expect(json['refresh']).toBe('');
  });
  it('makes a panel of its own of each repeat', async () => {
    const json = await build();
    const { dashboard } = await loadDashboard(json);
    expect(dashboard.panels.map(({ id, title, repeat }) => [id, title, repeat])).toEqual([
      [1, 'Of a', ''],
      [2, 'Of b', ''],
    ]);
    expect(dashboard.panels[0]?.snapshotData?.[0]).toMatchObject({
      fields: [{ name: 'Time' }, { values: [1, null], config: { displayNameFromDS: 'node' } }],
    });
  });
  it('spells out what a repeat set, and nothing else', () => {
    const scoped = { job: { text: 'a', value: 'a' } };
    expect(spelled('$job ${job} [[job]] $jobs', scoped)).toBe('a a a $jobs');
  });
  it('is kept for good where its end is far away', () => {
    expect(forever('0001-01-01T00:00:00Z')).toBe(true);
    expect(forever('2999-01-01T00:00:00Z')).toBe(true);
    expect(forever(new Date(Date.now() + 3_600_000).toISOString())).toBe(false);
  });
});

describe('JSON that a person writes', () => {
  it('is an object', () => {
    expect(readJson('{"a": [1, -2.5e3, "x\\n", null, true]}')).toMatchObject({ ok: true });
    expect(readJson('[]')).toMatchObject({ ok: false });
  });
  it('names the place where it is wrong', () => {
    const wrong = (text: string) => {
      const read = readJson(text);
      return read.ok ? '' : read.message;
    };
    expect(wrong('{\n  "a": 1\n  "b": 2\n}')).toBe('“,” or “}” is expected: line 3, column 3');
    expect(wrong('{"a": }')).toBe('A value is expected: line 1, column 7');
    expect(wrong('{"a": 1,}')).toBe('A key in double quotes is expected: line 1, column 9');
    expect(wrong('{"a": 1')).toContain('line 1, column 8');
    expect(wrong('{} x')).toBe('Nothing may follow the end: line 1, column 4');
  });
});

describe('names and copies', () => {
  it('refuses names that variables cannot have', () => {
    expect(nameError('job', [])).toBeNull();
    for (const bad of ['', '1a', 'a b', '__range']) expect(nameError(bad, [])).not.toBeNull();
    expect(nameError('job', [{ name: 'job' }])).toContain('already');
    expect(freeName([{ name: 'query0' }], 'query0')).toBe('query1');
  });
  it('takes only what is a panel from what was copied', async () => {
    expect(readCopied(null)).toBeNull();
    expect(readCopied('nonsense')).toBeNull();
    expect(readCopied('{"a":1}')).toBeNull();
    const raw = readCopied('{"id":4,"type":"stat","title":"x"}');
    const { dashboard } = await loadDashboard({ schemaVersion: 42, panels: [raw] });
    const [panel] = dashboard.panels;
    expect(panel === undefined ? null : pasted(panel).id).toBe(0);
  });
});
