import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../model';
import { readAnnotation } from '../model/dashboard';
import { annotationsFor, AnnotationRunner, marksOf, type AnnotationInput } from './annotations';
import { contextOf, FakeServer, settle } from './testing';
import { timeRegions } from './timeRegions';

const range = { from: 0, to: 600_000 };

function query(raw: JsonObject) {
  return readAnnotation({ name: 'Deploys', enable: true, iconColor: 'blue', ...raw });
}

function input(...raws: readonly JsonObject[]): AnnotationInput {
  return { queries: raws.map(query), context: contextOf(), range, dashboardUid: 'abc' };
}

const frame = (times: number[], values: (number | null)[]) => ({
  length: times.length,
  fields: [
    { name: 'Time', type: 'time' as const, values: times, config: { custom: {} } },
    {
      name: 'Value',
      type: 'number' as const,
      values,
      labels: { job: 'api', version: '2' },
      config: { custom: {} },
    },
  ],
});

describe('marks of an expression', () => {
  const raw = { titleFormat: '{{ job }}', textFormat: 'to {{version}}{{gone}}', tagKeys: 'job, x' };
  it('are where it is above zero, joined where they are a step apart', () => {
    const marks = marksOf(frame([0, 60, 120, 300, 360], [1, 2, 0, 1, null]), query(raw), 60);
    expect(marks.map(({ time, timeEnd }) => [time, timeEnd])).toEqual([
      [0, 60],
      [300, 300],
    ]);
    expect(marks[0]).toMatchObject({ title: 'api', text: 'to 2', tags: ['api'], color: 'blue' });
  });
  it('may stand at the time that is their value', () => {
    const byValue = query({ ...raw, useValueForTime: 'on' });
    const marks = marksOf(frame([0, 60, 120], [5000, 5000, 7000]), byValue, 60);
    expect(marks.map(({ time }) => time)).toEqual([5000, 7000]);
  });
});

describe('annotations of a dashboard', () => {
  it('are stored ones, asked by dashboard or by tags', async () => {
    const asked: unknown[] = [];
    const stored = [
      { id: 4, time: 50, timeEnd: 90, text: 'note', tags: ['a'], panelId: 3, login: 'me' },
      { id: 5, time: 10, text: '', alertName: 'High', newState: 'Alerting' },
    ];
    const runner = new AnnotationRunner({
      stored: (params) => {
        asked.push(params);
        return Promise.resolve(stored);
      },
      send: new FakeServer().send,
    });
    await runner.run(
      input(
        { builtIn: 1, datasource: { uid: '-- Grafana --' } },
        {
          name: 'Tags',
          datasource: { uid: 'grafana' },
          target: { type: 'tags', tags: ['x', 'y'], matchAny: true, limit: 7 },
        },
        { name: 'Off', enable: false },
      ),
    );
    expect(asked).toEqual([
      { from: '0', to: '600000', limit: '100', dashboardUID: 'abc' },
      {
        from: '0',
        to: '600000',
        limit: '7',
        tags: ['x', 'y'],
        matchAny: 'true',
        type: 'annotation',
      },
    ]);
    const { annotations, errors, loading } = runner.get();
    expect([errors.size, loading]).toEqual([0, false]);
    expect(annotations).toHaveLength(4);
    expect(annotations[0]).toMatchObject({
      id: 5,
      title: 'High: Alerting',
      color: 'red',
      timeEnd: 10,
    });
    expect(annotations[2]).toMatchObject({ id: 4, panelId: 3, login: 'me', timeEnd: 90 });
  });
  it('come from expressions, with a step of a minute unless they say so', async () => {
    const server = new FakeServer();
    const runner = new AnnotationRunner({ stored: () => Promise.resolve([]), send: server.send });
    const run = runner.run(input({ expr: 'changes(v[1m]) > 0', datasource: 'Prometheus' }));
    await settle();
    expect(server.nth(0).body.queries[0]).toMatchObject({
      expr: 'changes(v[1m]) > 0',
      intervalMs: 60_000,
      datasource: { uid: 'prom' },
    });
    const bad = { results: { Anno: { error: 'bad_data: no', status: 400, frames: [] } } };
    await server.nth(0).answer({ kind: 'answer', body: bad });
    await run;
    expect([...runner.get().errors]).toEqual([['Deploys', 'bad_data: no']]);
  });
  it('of a run that was overtaken are not shown', async () => {
    const server = new FakeServer();
    const runner = new AnnotationRunner({ stored: () => Promise.resolve([]), send: server.send });
    const first = runner.run(input({ expr: 'a' }));
    await settle();
    const second = runner.run(input({ builtIn: 1 }));
    await second;
    await server.nth(0).answerAll(1);
    await first;
    expect(runner.get().errors.size).toBe(0);
    expect(server.nth(0).signal.aborted).toBe(true);
  });
  it('are for the panels that their query names, and stored ones for their own', () => {
    const queries = [
      query({ name: 'All', builtIn: 1 }),
      query({ name: 'Some', filter: { exclude: false, ids: [1] } }),
      query({ name: 'Others', filter: { exclude: true, ids: [1] } }),
    ];
    const mark = (source: string, panelId?: number) => ({
      time: 0,
      timeEnd: 0,
      text: '',
      tags: [],
      color: '',
      source,
      ...(panelId === undefined ? {} : { panelId }),
    });
    const all = [mark('All'), mark('All', 2), mark('Some'), mark('Others')];
    const sources = (id: number) => annotationsFor(id, all, queries).map(({ source }) => source);
    expect(sources(1)).toEqual(['All', 'Some']);
    expect(sources(2)).toEqual(['All', 'All', 'Others']);
  });
});

describe('stretches of the week', () => {
  const week = { from: Date.UTC(2026, 6, 13), to: Date.UTC(2026, 6, 20) };
  const iso = (region: JsonObject) =>
    timeRegions(region, week, 'utc').map(({ from, to }) =>
      [from, to].map((ms) => new Date(ms).toISOString().slice(5, 16)).join(' '),
    );
  it('are of certain days', () => {
    expect(iso({ fromDayOfWeek: 6, toDayOfWeek: 7, from: '22:00', to: '06:00' })).toEqual([
      '07-18T22:00 07-19T06:00',
    ]);
    expect(iso({ fromDayOfWeek: 3 })).toEqual(['07-15T00:00 07-16T00:00']);
  });
  it('or of every day, over midnight too', () => {
    const nights = iso({ from: '22:00', to: '06:00' });
    expect(nights[0]).toBe('07-12T22:00 07-13T06:00');
    expect(nights).toHaveLength(8);
    expect(iso({})).toEqual([]);
  });
});
