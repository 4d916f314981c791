import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject, Panel } from '../model';
import { withValues } from '../variables/interpolate';
import { QueryRunner, type PanelData } from './runner';
import { contextOf, FakeServer, FakeTimers, frameOf, panelOf, settle } from './testing';

let server: FakeServer;
let timers: FakeTimers;
let runner: QueryRunner;

beforeEach(() => {
  server = new FakeServer();
  timers = new FakeTimers();
  runner = new QueryRunner(server.send, timers);
  runner.setContext(contextOf());
});

function panel(expr: string, more: JsonObject = {}): Panel {
  return panelOf({ targets: [{ refId: 'A', expr }], ...more });
}

const values = (data: PanelData) => data.frames.map((frame) => frame.fields[0]?.values[0]);

describe('panels that can be seen', () => {
  it('are supplied in one request, and told of it', async () => {
    const seen: string[] = [];
    runner.subscribe('a', (data) => seen.push(data.state));
    runner.want('a', panel('up'), 500);
    runner.want('b', panel('down'), 500);
    await settle();
    expect(server.asked).toHaveLength(1);
    expect(server.nth(0).body.queries.map(({ expr }) => expr)).toEqual(['up', 'down']);
    await server.nth(0).answerAll(7);
    expect(seen).toEqual(['loading', 'done']);
    expect(values(runner.get('a'))).toEqual([7]);
    expect(values(runner.get('b'))).toEqual([7]);
    expect(runner.get('b').frames[0]?.refId).toBe('A');
    expect(runner.busy).toBe(false);
  });
  it('ask nothing twice: equal queries go once, also under different names', async () => {
    runner.want('a', panel('up'), 500);
    runner.want(
      'b',
      panelOf({
        targets: [
          { refId: 'X', expr: 'up' },
          { refId: 'Y', expr: 'up' },
        ],
      }),
      500,
    );
    await settle();
    expect(server.nth(0).body.queries).toHaveLength(1);
    await server.nth(0).answerAll(3);
    expect(runner.get('b').frames.map(({ refId }) => refId)).toEqual(['X', 'Y']);
    expect(values(runner.get('b'))).toEqual([3, 3]);
  });
  it('join a request that is under way', async () => {
    runner.want('a', panel('up'), 500);
    await settle();
    runner.want('b', panel('up'), 500);
    await settle();
    expect(server.asked).toHaveLength(1);
    await server.nth(0).answerAll(1);
    expect(runner.get('b').state).toBe('done');
  });
  it('are asked again only where a new width moves the points apart', async () => {
    runner.want('a', panel('up'), 500);
    await settle();
    await server.nth(0).answerAll(1);
    runner.want('a', panel('up'), 505);
    await settle();
    expect(server.asked).toHaveLength(1);
    runner.want('a', panel('up'), 40);
    await settle();
    expect(server.asked).toHaveLength(2);
  });
  it('go four requests at a time', async () => {
    for (let i = 0; i < 48; i++) runner.want(`p${i}`, panel(`m${i}`), 500);
    await settle();
    expect(server.asked).toHaveLength(4);
    await server.nth(1).answerAll(1);
    expect(server.asked).toHaveLength(5);
  });
});

describe('what is no longer wanted', () => {
  it('is cancelled when no panel of its request is seen any more', async () => {
    runner.want('a', panel('up'), 500);
    runner.want('b', panel('down'), 500);
    await settle();
    runner.drop('a');
    expect(server.nth(0).signal.aborted).toBe(false);
    runner.drop('b');
    expect(server.nth(0).signal.aborted).toBe(true);
    expect(runner.get('a').state).toBe('idle');
    runner.want('a', panel('up'), 500);
    await settle();
    expect(server.asked).toHaveLength(2);
  });
  it('is cancelled when a variable changes, and the new is asked', async () => {
    const one = panel('up{job="$job"}');
    runner.setContext(contextOf({ scope: withValues(contextOf().scope, { job: 'a' }) }));
    runner.want('a', one, 500);
    await settle();
    runner.setContext(contextOf({ scope: withValues(contextOf().scope, { job: 'b' }) }));
    await settle();
    expect(server.nth(0).signal.aborted).toBe(true);
    expect(server.nth(1).body.queries[0]?.['expr']).toBe('up{job="b"}');
  });
  it('does not trouble panels that do not use the variable', async () => {
    runner.want('a', panel('up'), 500);
    await settle();
    await server.nth(0).answerAll(1);
    runner.setContext(contextOf({ scope: withValues(contextOf().scope, { job: 'b' }) }));
    await settle();
    expect(server.asked).toHaveLength(1);
  });
});

describe('a refresh', () => {
  it('keeps what is shown until the new is there', async () => {
    runner.want('a', panel('up'), 500);
    await settle();
    await server.nth(0).answerAll(1);
    await timers.pass(60_000);
    runner.refresh();
    await settle();
    expect(runner.get('a').state).toBe('loading');
    expect(values(runner.get('a'))).toEqual([1]);
    expect(server.nth(1).body.to).toBe(String(timers.now()));
    await server.nth(1).answerAll(2);
    expect(values(runner.get('a'))).toEqual([2]);
    expect(runner.get('a').staleSince).toBeNull();
  });
  it('that fails leaves what was there, and says since when it is old', async () => {
    runner.want('a', panel('up'), 500);
    await settle();
    await server.nth(0).answerAll(1);
    const before = runner.get('a').range;
    await timers.pass(5000);
    const failedAt = timers.now();
    runner.refresh();
    await settle();
    await server.nth(1).answer({ kind: 'refused', status: 502, message: 'no way through' });
    const data = runner.get('a');
    expect(data.state).toBe('error');
    expect(data.errors.get('')).toBe('no way through');
    expect(values(data)).toEqual([1]);
    expect(data.range).toEqual(before);
    expect(data.staleSince).toBe(failedAt);
  });
  it('comes by itself, rests while the page is hidden, and is made up for after', async () => {
    runner.want('a', panel('up'), 500);
    await settle();
    await server.nth(0).answerAll(1);
    runner.setAutoRefresh(30_000);
    await timers.pass(30_000);
    expect(server.asked).toHaveLength(2);
    await server.nth(1).answerAll(2);
    runner.setPageHidden(true);
    await timers.pass(30_000);
    await timers.pass(30_000);
    expect(server.asked).toHaveLength(2);
    runner.setPageHidden(false);
    await settle();
    expect(server.asked).toHaveLength(3);
    runner.setAutoRefresh(null);
    await timers.pass(90_000);
    expect(server.asked).toHaveLength(3);
  });
  it('does not come by itself for a range that does not move', async () => {
    runner.setContext(contextOf({ raw: { from: '1000000000', to: '1000600000' } }));
    runner.want('a', panel('up'), 500);
    await settle();
    await server.nth(0).answerAll(1);
    runner.setAutoRefresh(5000);
    await timers.pass(5000);
    expect(server.asked).toHaveLength(1);
  });
});

describe('now', () => {
  it('is the runner’s: it stays until a refresh or another range', async () => {
    const start = timers.now();
    let told = 0;
    runner.subscribeAll(() => told++);
    runner.want('a', panel('up'), 500);
    await settle();
    await server.nth(0).answerAll(1);
    expect(told).toBe(2);
    await timers.pass(10_000);
    runner.setContext(contextOf({ time: { now: timers.now(), timezone: 'utc' } }));
    await settle();
    expect(server.asked).toHaveLength(1);
    expect(runner.range).toEqual({ from: start - 3_600_000, to: start });
    runner.setContext(contextOf({ raw: { from: 'now-2h', to: 'now' } }));
    expect(runner.now).toBe(start + 10_000);
  });
  it('lags behind where the dashboard says so', () => {
    runner.setContext(contextOf({ raw: { from: 'now-3h', to: 'now' }, nowDelayMs: 60_000 }));
    expect(runner.range.to).toBe(timers.now() - 60_000);
  });
});

describe('answers', () => {
  it('may be of some queries only', async () => {
    const two = panelOf({
      targets: [
        { refId: 'A', expr: 'up' },
        { refId: 'B', expr: 'up(' },
      ],
    });
    runner.want('a', two, 500);
    await settle();
    const results = {
      A: { frames: [frameOf('A', 4)], timeMs: 2 },
      B: { error: 'bad_data: parse error', status: 400, frames: [] },
    };
    await server.nth(0).answer({ kind: 'answer', body: { results } });
    const data = runner.get('a');
    expect(data.state).toBe('error');
    expect([...data.errors]).toEqual([['B', 'bad_data: parse error']]);
    expect(values(data)).toEqual([4]);
    expect(data.staleSince).toBeNull();
    expect(data.timings.get('A')).toBe(2);
  });
  it('that the network lost are asked for again, later each time, and then given up', async () => {
    runner.want('a', panel('up'), 500);
    await settle();
    await server.nth(0).answer({ kind: 'network', message: 'gone' });
    expect(runner.get('a').state).toBe('loading');
    await timers.pass(999);
    expect(server.asked).toHaveLength(1);
    await timers.pass(1);
    await server.nth(1).answer({ kind: 'network', message: 'gone' });
    await timers.pass(2000);
    await server.nth(2).answer({ kind: 'network', message: 'gone' });
    expect(runner.get('a').state).toBe('error');
    expect(runner.get('a').errors.get('')).toBe('gone');
  });
  it('carry notices, each once', async () => {
    runner.want('a', panel('up', { datasource: { uid: 'lost', type: 'prometheus' } }), 500);
    await settle();
    const frame = frameOf('A', 1);
    const warned = {
      ...frame,
      schema: {
        refId: 'A',
        meta: { notices: [{ severity: 'warning', text: 'slow' }] },
        fields: [],
      },
    };
    await server
      .nth(0)
      .answer({ kind: 'answer', body: { results: { A: { frames: [warned, warned] } } } });
    expect(runner.get('a').notices.map(({ text }) => text)).toEqual([
      'The data source “lost” is not here; “Prometheus” is asked instead.',
      'slow',
    ]);
  });
});

describe('panels without queries of their own', () => {
  it('with none at all are done at once', () => {
    runner.want('a', panelOf({ targets: [] }), 500);
    expect(runner.get('a').state).toBe('done');
    expect(server.asked).toHaveLength(0);
  });
  it('that show another’s result ask with it', async () => {
    const source = panel('up', { id: 5 });
    const shared = panelOf({
      datasource: { uid: '-- Dashboard --', type: 'datasource' },
      targets: [{ refId: 'A', panelId: 5 }],
    });
    runner.setContext(contextOf({ panelById: (id) => (id === 5 ? source : undefined) }));
    runner.want('source', source, 500);
    runner.want('shared', shared, 500);
    await settle();
    expect(server.nth(0).body.queries).toHaveLength(1);
    await server.nth(0).answerAll(9);
    expect(values(runner.get('shared'))).toEqual([9]);
  });
  it('that show a panel which is not there say so', () => {
    const lost = panelOf({ datasource: '-- Dashboard --', targets: [{ refId: 'A', panelId: 5 }] });
    runner.want('a', lost, 500);
    expect(runner.get('a').state).toBe('error');
    expect(runner.get('a').errors.get('')).toContain('not here');
  });
  it('show the frames that a snapshot holds', () => {
    const held = panelOf({
      snapshotData: [{ refId: 'A', fields: [{ name: 'v', type: 'number', values: [5] }] }],
    });
    runner.want('a', held, 500);
    expect(values(runner.get('a'))).toEqual([5]);
    expect(server.asked).toHaveLength(0);
  });
});
