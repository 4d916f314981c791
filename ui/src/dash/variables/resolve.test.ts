import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../model';
import { readVariable } from '../model/variable';
import { settle, SOURCES } from '../query/testing';
import { EMPTY_SCOPE, interpolate, type VariableScope } from './interpolate';
import { VariableEngine, type EngineInput, type VariableSource } from './resolve';

interface Call {
  readonly path: string;
  readonly match: string;
  readonly uid: string;
  readonly signal: AbortSignal;
  readonly answer: (data: unknown) => Promise<void>;
  readonly fail: (message: string) => Promise<void>;
}

class FakeSource implements VariableSource {
  readonly calls: Call[] = [];

  readonly call: VariableSource['call'] = (uid, path, params, signal) =>
    new Promise((resolve, reject) => {
      const match = params['match[]'] ?? params['query'] ?? '';
      const answer = async (data: unknown) => {
        resolve(data);
        await settle();
      };
      const fail = async (message: string) => {
        reject(new Error(message));
        await settle();
      };
      this.calls.push({ path, match, uid, signal, answer, fail });
    });

  /** The latest of this path, by its end. */
  last(end: string): Call {
    const found = this.calls.findLast(({ path }) => path.endsWith(end));
    if (found === undefined) throw new Error(`nobody asked for ${end}`);
    return found;
  }
}

function engineOf(raws: readonly JsonObject[], more: Partial<EngineInput> = {}) {
  const source = new FakeSource();
  const scopeOf = (values: Parameters<EngineInput['scope']>[0]): VariableScope => ({
    ...EMPTY_SCOPE,
    get: (name) => values.get(name),
    names: [...values.keys()],
  });
  const engine = new VariableEngine({
    variables: raws.map(readVariable),
    source,
    sources: SOURCES,
    url: new Map(),
    range: { from: 0, to: 3_600_000 },
    scope: scopeOf,
    ...more,
  });
  const state = (name: string) => {
    const found = engine.snapshot.states.find(({ variable }) => variable.name === name);
    if (found === undefined) throw new Error(`no variable ${name}`);
    return found;
  };
  const fill = (text: string) => interpolate(text, scopeOf(engine.snapshot.values), 'promql');
  return { engine, source, state, fill };
}

const query = (name: string, text: string, more: JsonObject = {}): JsonObject => ({
  name,
  type: 'query',
  query: text,
  refresh: 1,
  ...more,
});

const JOB = query('job', 'label_values(up, job)');
const INSTANCE = query('instance', 'label_values(up{job="$job"}, instance)');

describe('options', () => {
  it('are asked in the order of what they need, each once', async () => {
    const { engine, source, state } = engineOf([INSTANCE, JOB]);
    const done = engine.start();
    await settle();
    expect(source.calls.map(({ path }) => path)).toEqual(['/api/v1/label/job/values']);
    expect(state('job').loading).toBe(true);
    expect(engine.snapshot.ready).toBe(false);
    await source.last('job/values').answer(['web', 'api']);
    expect(source.last('instance/values').match).toBe('up{job="web"}');
    await source.last('instance/values').answer(['a:1', 'b:1']);
    await done;
    expect(source.calls).toHaveLength(2);
    expect(state('instance').selected).toEqual(['a:1']);
    expect(engine.snapshot.ready).toBe(true);
  });
  it('pass a pattern with named groups, are unique and sorted', async () => {
    const { engine, source, state } = engineOf([
      query('host', 'label_values(host)', {
        regex: '/(?<text>[^.]+)\\.(?<value>\\w+)/i',
        sort: 2,
      }),
    ]);
    const done = engine.start();
    await settle();
    await source.last('host/values').answer(['a.x', 'c.z', 'B.y', 'nothing', 'd.x']);
    await done;
    expect(state('host').options).toEqual([
      { text: 'c', value: 'z' },
      { text: 'a', value: 'x' },
      { text: 'B', value: 'y' },
    ]);
  });
  it('that cannot be had leave the choice as it was, with the reason', async () => {
    const { engine, source, state } = engineOf([
      { ...JOB, current: { value: 'api', text: 'api' } },
    ]);
    const done = engine.start();
    await settle();
    await source.last('job/values').fail('source is down');
    await done;
    expect(state('job')).toMatchObject({
      error: 'source is down',
      selected: ['api'],
      loading: false,
    });
    const again = engine.reload('job');
    await settle();
    await source.last('job/values').answer(['api']);
    await again;
    expect(state('job').error).toBeNull();
  });
  it('of a dashboard that says "never" are those of the file until something changes', async () => {
    const options = [{ text: 'x', value: 'x' }];
    const { engine, source, state } = engineOf([
      query('v', 'label_values(v)', { refresh: 0, options }),
    ]);
    await engine.start();
    expect(source.calls).toHaveLength(0);
    expect(state('v').selected).toEqual(['x']);
  });
  it('of other types need no server', async () => {
    const { engine, state, fill } = engineOf([
      {
        name: 'c',
        type: 'custom',
        query: 'a, b : 2, x\\,y',
        multi: true,
        current: { value: ['2'] },
      },
      { name: 'k', type: 'constant', query: 'fixed' },
      { name: 't', type: 'textbox', query: 'free' },
      {
        name: 's',
        type: 'switch',
        enabledValue: 'on',
        disabledValue: 'off',
        current: { value: 'off' },
      },
      { name: 'j', type: 'custom', valuesFormat: 'json', query: '[{"text":"One","value":"1"}]' },
      { name: 'i', type: 'interval', query: '1m,5m', auto: true, auto_count: 10, auto_min: '1m' },
    ]);
    await engine.start();
    expect(state('c').options.map(({ value }) => value)).toEqual(['a', '2', 'x,y']);
    expect(state('c').texts).toEqual(['b']);
    expect(fill('$k $t $s $j')).toBe('fixed free off 1');
    expect(state('i').selected).toEqual(['$__auto']);
    expect(fill('[$i]')).toBe('[5m]');
  });
  it('of data sources are those of their type, by name', async () => {
    const { engine, state, fill } = engineOf([
      { name: 'ds', type: 'datasource', query: 'prometheus', current: { value: 'Slow one' } },
      { name: 'rest', type: 'datasource', query: 'prometheus', regex: '/slow/i' },
      { name: 'any', type: 'datasource', query: 'prometheus', current: { value: 'default' } },
    ]);
    await engine.start();
    expect(state('ds').options.map(({ text }) => text)).toEqual(['Prometheus', 'Slow one']);
    expect(fill('$ds $any')).toBe('slow prom');
    expect(state('rest').options.map(({ value }) => value)).toEqual(['slow']);
  });
  it('of a variable are asked of the source that another variable names', async () => {
    const { engine, source } = engineOf([
      { name: 'ds', type: 'datasource', query: 'prometheus', current: { value: 'slow' } },
      { ...JOB, datasource: { uid: '${ds}', type: 'prometheus' } },
    ]);
    void engine.start();
    await settle();
    expect(source.last('job/values').uid).toBe('slow');
    engine.stop();
  });
});

describe('what is chosen', () => {
  async function chosen(raw: JsonObject, options: string[], url?: string[]) {
    const { engine, source, state } = engineOf([query('v', 'label_values(v)', raw)], {
      url: url === undefined ? new Map() : new Map([['v', url]]),
    });
    const done = engine.start();
    await settle();
    await source.last('v/values').answer(options);
    await done;
    return state('v').selected;
  }
  it('stays while it is an option, else is the first', async () => {
    expect(await chosen({ current: { value: 'b' } }, ['a', 'b'])).toEqual(['b']);
    expect(await chosen({ current: { value: 'gone' } }, ['a', 'b'])).toEqual(['a']);
    expect(await chosen({ multi: true, current: { value: ['b', 'gone'] } }, ['a', 'b'])).toEqual([
      'b',
    ]);
    expect(await chosen({ current: { value: 'b' } }, [])).toEqual([]);
  });
  it('is All where it was', async () => {
    const all = { includeAll: true, multi: true };
    expect(await chosen({ ...all, current: { value: ['$__all'] } }, ['a'])).toEqual(['$__all']);
    expect(await chosen({ ...all, current: { text: 'All', value: 'All' } }, ['a'])).toEqual([
      '$__all',
    ]);
    expect(await chosen({ ...all }, ['a'], ['All'])).toEqual(['$__all']);
    expect(await chosen({ current: { value: '$__all' } }, ['a'])).toEqual(['a']);
  });
  it('is what the address says, even if it is no option', async () => {
    expect(await chosen({ current: { value: 'a' } }, ['a', 'b'], ['b'])).toEqual(['b']);
    expect(await chosen({}, ['a'], ['typed'])).toEqual(['typed']);
    expect(await chosen({ allowCustomValue: false }, ['a'], ['typed'])).toEqual(['a']);
    expect(await chosen({ multi: true }, ['a', 'b', 'c'], ['c', 'a'])).toEqual(['c', 'a']);
  });
});

describe('a change', () => {
  async function running() {
    const other = query('other', 'label_values(other)');
    const world = engineOf([JOB, INSTANCE, other]);
    const done = world.engine.start();
    await settle();
    await world.source.last('other/values').answer(['o']);
    await world.source.last('job/values').answer(['web', 'api']);
    await world.source.last('instance/values').answer(['a:1', 'b:1']);
    await done;
    return world;
  }
  it('asks again only those that need it', async () => {
    const { engine, source, state } = await running();
    const done = engine.select('job', ['api']);
    await settle();
    expect(source.calls).toHaveLength(4);
    expect(source.last('instance/values').match).toBe('up{job="api"}');
    await source.last('instance/values').answer(['c:1']);
    await done;
    expect(state('instance').selected).toEqual(['c:1']);
  });
  it('overtakes the one before it', async () => {
    const { engine, source, state } = await running();
    void engine.select('job', ['api']);
    await settle();
    const slow = source.last('instance/values');
    const done = engine.select('job', ['web']);
    await settle();
    expect(slow.signal.aborted).toBe(true);
    await slow.answer(['wrong']);
    await done;
    // The question of old was answered already.
    expect(state('instance').options.map(({ value }) => value)).toEqual(['a:1', 'b:1']);
    expect(state('instance').loading).toBe(false);
  });
  it('of the range asks those that say so', async () => {
    const { engine, source } = engineOf([query('a', 'label_values(a)', { refresh: 2 }), JOB]);
    const done = engine.start();
    await settle();
    await source.last('a/values').answer(['1']);
    await source.last('job/values').answer(['j']);
    await done;
    void engine.setRange({ from: 10, to: 20 });
    await settle();
    expect(source.calls.map(({ path }) => path.split('/').at(-2))).toEqual(['a', 'job', 'a']);
    engine.stop();
    expect(source.last('a/values').signal.aborted).toBe(true);
  });
  it('keeps a value that a person typed when options are asked anew', async () => {
    const { engine, source, state } = engineOf([query('v', 'label_values(v)', { refresh: 2 })]);
    const done = engine.start();
    await settle();
    await source.last('v/values').answer(['a']);
    await done;
    await engine.select('v', ['typed']);
    const again = engine.setRange({ from: 1, to: 2 });
    await settle();
    await source.last('v/values').answer(['a', 'b']);
    await again;
    expect(state('v').selected).toEqual(['typed']);
  });
  it('of the address is taken over', async () => {
    const { engine, source, state } = await running();
    const done = engine.applyUrl(new Map([['job', ['api']]]));
    await settle();
    await source.last('instance/values').answer(['c:1']);
    await done;
    expect(state('job').selected).toEqual(['api']);
    expect(state('instance').selected).toEqual(['c:1']);
  });
  it('tells those who listen, with a snapshot that is the same until the next', async () => {
    const { engine } = await running();
    let told = 0;
    const off = engine.subscribe(() => told++);
    const before = engine.snapshot;
    expect(engine.snapshot).toBe(before);
    await engine.setFilters('job', []);
    expect(told).toBeGreaterThan(0);
    expect(engine.snapshot).not.toBe(before);
    off();
  });
});

describe('variables that refer to each other', () => {
  it('say so, and the others go on', async () => {
    const { engine, source, state } = engineOf([
      query('a', 'label_values(up{x="$c"}, a)'),
      query('b', 'label_values(up{x="$a"}, b)'),
      query('c', 'label_values(up{x="$b"}, c)', { current: { value: 'kept' } }),
      JOB,
      query('d', 'label_values(up{x="$c"}, d)'),
    ]);
    const done = engine.start();
    await settle();
    await source.last('job/values').answer(['web']);
    expect(source.last('d/values').match).toBe('up{x="kept"}');
    await source.last('d/values').answer(['1']);
    await done;
    expect(source.calls).toHaveLength(2);
    expect(state('a').error).toBe('Variables refer to each other: a → c → b → a.');
    expect(state('c').error).toContain('c → b → a → c');
    expect(state('d').error).toBeNull();
    expect(state('job').selected).toEqual(['web']);
  });
});
