import { describe, expect, it } from 'vitest';
import { readVariable, splitValues } from '../model/variable';
import { loadFilters, matcherOf } from './adhoc';
import { interpolate } from './interpolate';
import { filterByRegex, parsePattern, sortOptions, uniqueOptions } from './options';
import { parseVariableQuery, pathLabel, variableCall, variableValues } from './prometheus';
import { dashboardScope } from './scope';
import { chosenInUrl, filterFromUrl, filterToUrl, readUrl, writeUrl } from './url';

const range = { from: 1000, to: 61_500 };
const opts = (...values: string[]) => values.map((value) => ({ text: value, value }));

describe('queries of variables', () => {
  const call = (text: string) => {
    const query = parseVariableQuery(text);
    return query === null ? null : variableCall(query, range);
  };
  const times = { start: '1', end: '61.5', limit: '40000' };
  it('ask for names and values of labels', () => {
    expect(call('label_names()')).toEqual({ path: '/api/v1/labels', params: times });
    expect(call('label_names(node)')?.params['match[]']).toBe('{__name__=~".*node.*"}');
    expect(call('label_values(job)')).toEqual({ path: '/api/v1/label/job/values', params: times });
    expect(call('label_values({}, job)')?.params).toEqual(times);
    expect(call(' label_values( up{a="x,y", b=~".+"} , job ) ')).toEqual({
      path: '/api/v1/label/job/values',
      params: { ...times, 'match[]': 'up{a="x,y", b=~".+"}' },
    });
  });
  it('name labels that are not plain words in a way that paths can hold', () => {
    expect(pathLabel('job')).toBe('job');
    expect(pathLabel('a.b_c')).toBe('U__a_2E_b__c');
    expect(pathLabel('1é')).toBe('U___31__E9_');
    expect(call('label_values(up, "a.b")')?.path).toBe('/api/v1/label/U__a_2E_b/values');
  });
  it('ask for metrics, results and series', () => {
    expect(call('metrics(node.*)')?.path).toBe('/api/v1/label/__name__/values');
    expect(call('query_result(topk(3, sum(up) by (job)))')).toEqual({
      path: '/api/v1/query',
      params: { query: 'topk(3, sum(up) by (job))', time: '61.5' },
    });
    expect(call('up{job="x"}')).toEqual({
      path: '/api/v1/series',
      params: { ...times, 'match[]': 'up{job="x"}' },
    });
    expect(call('  ')).toBeNull();
  });
  it('make words of the answers', () => {
    const values = (text: string, data: unknown) => {
      const query = parseVariableQuery(text);
      return query === null ? [] : variableValues(query, data);
    };
    expect(values('label_names(x)', ['__name__', 'job'])).toEqual(['job']);
    expect(values('metrics(^node)', ['node_a', 'a_node'])).toEqual(['node_a']);
    expect(values('metrics(()', ['a'])).toEqual([]);
    expect(values('up', [{ __name__: 'up', job: 'x', a: 'b' }])).toEqual(['up{job="x",a="b"}']);
    const vector = {
      resultType: 'vector',
      result: [{ metric: { __name__: 'up', job: 'x' }, value: [1.5, '3'] }],
    };
    expect(values('query_result(up)', vector)).toEqual(['up{job="x"} 3 1500']);
    expect(values('query_result(1)', { resultType: 'scalar', result: [1, '42'] })).toEqual(['42']);
    expect(values('label_values(x)', { odd: true })).toEqual([]);
  });
});

describe('patterns', () => {
  const through = (text: string, ...values: string[]) => {
    const pattern = parsePattern(text);
    return pattern === null ? null : filterByRegex(opts(...values), pattern);
  };
  it('without slashes must match the whole', () => {
    expect(through('a.', 'ab', 'xab')).toEqual(opts('ab'));
    expect(through('/a./', 'ab', 'xab', 'c')).toEqual(opts('ab', 'xab'));
  });
  it('take the first group, or the named ones', () => {
    expect(through('/(\\w+)\\./', 'web.eu')).toEqual(opts('web'));
    expect(through('/(?<value>\\w+)\\.(?<text>\\w+)/', 'web.eu')).toEqual([
      { text: 'eu', value: 'web' },
    ]);
    expect(through('/(?<value>\\w+)\\./', 'web.eu')).toEqual(opts('web'));
  });
  it('may look ahead, ignore case, and match more than once', () => {
    expect(through('/^(?!test).*/', 'test1', 'prod')).toEqual(opts('prod'));
    expect(through('/WEB/i', 'web')).toEqual(opts('web'));
    expect(through('/(\\d+)/g', 'a1b22')).toEqual(opts('1', '22'));
  });
  it('that are none let everything through', () => {
    expect(through('/(/', 'a')).toBeNull();
    expect(through('', 'a')).toBeNull();
  });
});

describe('sorting', () => {
  const sorted = (sort: number, ...values: string[]) =>
    sortOptions(opts(...values), sort).map(({ value }) => value);
  it('is as asked: alphabetical, by number, whatever the case, natural', () => {
    const words = ['b10', 'B2', 'a1'];
    expect(sorted(0, ...words)).toEqual(words);
    expect(sorted(1, ...words)).toEqual(['B2', 'a1', 'b10']);
    expect(sorted(2, ...words)).toEqual(['b10', 'a1', 'B2']);
    expect(sorted(3, ...words)).toEqual(['a1', 'B2', 'b10']);
    expect(sorted(4, ...words)).toEqual(['b10', 'B2', 'a1']);
    expect(sorted(5, ...words)).toEqual(['a1', 'b10', 'B2']);
    expect(sorted(7, ...words)).toEqual(['a1', 'B2', 'b10']);
    expect(sorted(8, ...words)).toEqual(['b10', 'B2', 'a1']);
  });
  it('keeps the first of equal values', () => {
    expect(uniqueOptions([...opts('a'), { text: 'x', value: 'a' }])).toEqual(opts('a'));
  });
});

describe('lists of values', () => {
  it('are split at commas that are not escaped, with texts before a colon', () => {
    expect(splitValues('a, b\\,c , Text : v:1,, ')).toEqual([
      { text: 'a', value: 'a' },
      { text: 'b,c', value: 'b,c' },
      { text: 'Text', value: 'v:1' },
    ]);
  });
});

describe('addresses', () => {
  const variable = (raw: Record<string, string | boolean>) => readVariable({ name: 'v', ...raw });
  it('hold choices and give them back', () => {
    const url = readUrl(new URLSearchParams('var-v=a&var-v=b&from=now&var-w='));
    expect([...url]).toEqual([
      ['v', ['a', 'b']],
      ['w', ['']],
    ]);
    expect(chosenInUrl(variable({ multi: true }), url)).toEqual(['a', 'b']);
    expect(chosenInUrl(variable({ name: 'w', type: 'textbox' }), url)).toEqual(['']);
    expect(chosenInUrl(variable({ name: 'x' }), url)).toBeNull();
  });
  it('leave out what they shall not hold', () => {
    const state = (raw: Record<string, string | boolean>, selected: string[]) => ({
      variable: variable(raw),
      selected,
      filters: [{ key: 'k', operator: '=', value: 'a|b,c' }],
    });
    expect(
      writeUrl([
        state({}, ['a', 'b']),
        state({ name: 'n' }, []),
        state({ name: 's', skipUrlSync: true }, ['x']),
        state({ name: 'c', type: 'constant' }, ['x']),
        state({ name: 'F', type: 'adhoc' }, []),
      ]),
    ).toEqual([
      ['var-v', 'a'],
      ['var-v', 'b'],
      ['var-n', ''],
      ['var-F', 'k|=|a__gfp__b__gfc__c'],
    ]);
  });
  it('hold filters whatever is in them', () => {
    for (const value of ['', 'plain', 'a|b,c#d', 'x=~"y"']) {
      const filter = { key: 'a|b', operator: '=~', value };
      expect(filterFromUrl(filterToUrl(filter))).toEqual(filter);
    }
    expect(filterFromUrl('alone')).toBeNull();
  });
});

describe('ad-hoc filters', () => {
  it('are matchers of their operators', () => {
    const of = (operator: string, value: string, key = 'job') =>
      matcherOf({ key, operator, value });
    expect(of('=', 'a"b\\c')).toBe('job="a\\"b\\\\c"');
    expect(of('!~', 'a.*')).toBe('job!~"a.*"');
    expect(of('=|', 'a.b|c')).toBe('job=~"a\\\\.b|c"');
    expect(of('!=|', 'a|b')).toBe('job!~"a|b"');
    expect(of('=', 'x', 'a.b')).toBe('"a.b"="x"');
    expect(of('<', '1')).toBeNull();
    expect(of('=', '1', '')).toBeNull();
  });
  it('go into every selector, and nowhere else', async () => {
    const apply = await loadFilters();
    const filters = [{ key: 'env', operator: '=', value: 'prod' }];
    const of = (expr: string) => apply(expr, filters);
    expect(of('up')).toBe('up{env="prod"}');
    expect(of('up{}')).toBe('up{env="prod"}');
    expect(of('up{a="{}", }')).toBe('up{a="{}", env="prod"}');
    expect(of('{__name__=~"a.*"}')).toBe('{__name__=~"a.*", env="prod"}');
    expect(of('sum by (job) (rate(x{a="b"}[$__rate_interval])) / on (job) y offset 5m')).toBe(
      'sum by (job) (rate(x{a="b", env="prod"}[$__rate_interval])) / on (job) y{env="prod"} offset 5m',
    );
    expect(of('max_over_time(sum(up)[1h:$__interval]) > $__range_s')).toBe(
      'max_over_time(sum(up{env="prod"})[1h:$__interval]) > $__range_s',
    );
    expect(of('histogram_quantile(0.9, sum by (le) (rate(a_bucket[${__interval}])))')).toBe(
      'histogram_quantile(0.9, sum by (le) (rate(a_bucket{env="prod"}[${__interval}])))',
    );
    expect(of('time() - 5')).toBe('time() - 5');
    expect(apply('up', [])).toBe('up');
  });
});

describe('what a dashboard knows of itself', () => {
  it('can be referred to', () => {
    const scope = dashboardScope({
      variables: new Map(),
      range: { from: 1000, to: 61_000 },
      raw: { from: 'now-1m', to: 'now' },
      timezone: 'utc',
      dashboard: { uid: 'u1', title: 'My board' },
      user: { id: 3, login: 'ann', email: 'a@x' },
      org: { id: 1, name: 'Main' },
    });
    expect(
      interpolate(
        '$__dashboard ${__dashboard.uid} ${__user.login} ${__org.name} $__range $__range_ms $__from ' +
          '${__to:date:YYYY} $__timezone ${__url_time_range} $__interval',
        scope,
      ),
    ).toBe('My board u1 ann Main 60s 60000 1000 1970 utc from=now-1m&to=now $__interval');
  });
});
