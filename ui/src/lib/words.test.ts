import { describe, expect, it } from 'vitest';
import { errorPosition } from './errorPosition';
import { matchesFilter, parseFilter, toggleLabelTerm } from './filter';
import { editDistance, fuzzyFilter, nearestName } from './fuzzy';
import { whyDown } from './whyDown';
import { yamlTokens } from './yaml';

describe('filters', () => {
  const labels = { job: 'node', instance: 'db-1:9100', env: 'prod' };
  const matches = (text: string) =>
    matchesFilter(parseFilter(text), labels, ['http://db-1:9100/metrics']);
  it.each([
    '',
    'node',
    'DB-1',
    'job="node"',
    'job=node env=prod',
    '-staging',
    '-env="staging" metrics',
    'env="pro',
  ])('let through: %s', (text) => expect(matches(text)).toBe(true));
  it.each(['staging', 'job="nod"', '-job="node"', 'node staging', '-metrics', 'missing="x"'])(
    'keep out: %s',
    (text) => expect(matches(text)).toBe(false),
  );
  it('take a chip in, out again, and turn it round', () => {
    const once = toggleLabelTerm('web', 'job', 'a b', false);
    expect(once).toBe('web job="a b"');
    expect(toggleLabelTerm(once, 'job', 'a b', false)).toBe('web');
    expect(toggleLabelTerm(once, 'job', 'a b', true)).toBe('web -job="a b"');
    expect(toggleLabelTerm('-job="x"', 'job', 'x', false)).toBe('job="x"');
  });
});

describe('names', () => {
  it('are found by their beginning, then by a part, then by scattered letters', () => {
    const names = [
      'node_memory_MemFree_bytes',
      'go_memstats_sys_bytes',
      'up',
      'node_cpu_seconds_total',
      'mem',
    ];
    expect(fuzzyFilter(names, 'mem', (name) => name, 3)[0]).toBe('mem');
    expect(fuzzyFilter(names, 'ncst', (name) => name, 9)[0]).toBe('node_cpu_seconds_total');
    expect(fuzzyFilter(names, 'zzz', (name) => name, 9)).toEqual([]);
  });
  it('meant are near to those typed', () => {
    expect(
      nearestName('http_requests_totl', ['up', 'http_requests_total', 'http_request_total']),
    ).toBe('http_requests_total');
    expect(nearestName('up', ['up', 'ud'])).toBeNull();
    expect(nearestName('something_else', ['up'])).toBeNull();
  });
  it('are as far apart as letters differ, counted up to the limit', () => {
    expect(editDistance('kitten', 'sitting', 5)).toBe(3);
    expect(editDistance('kitten', 'sitting', 2)).toBe(3);
    expect(editDistance('', 'abc', 5)).toBe(3);
  });
});

describe('the place of an error', () => {
  it('is the word the server points at', () => {
    const text = 'invalid parameter "query": 1:4: parse error: unexpected identifier "foo"';
    expect(errorPosition(text, 'up foo')).toEqual({ line: 1, column: 4, from: 3, to: 6 });
  });
  it('is counted over lines', () => {
    expect(errorPosition('2:3: parse error: x', 'sum(\n  ) up')?.from).toBe(7);
  });
  it('at the very end marks the last character', () => {
    expect(errorPosition('1:5: parse error: unexpected end of input', 'sum(')).toMatchObject({
      from: 3,
      to: 4,
    });
  });
  it('is none where the message has none, or it lies outside', () => {
    expect(errorPosition('query timed out', 'up')).toBeNull();
    expect(errorPosition('9:9: parse error', 'up')).toBeNull();
  });
});

describe('why a target is down', () => {
  it.each([
    [
      'Get "http://a:1/metrics": dial tcp 127.0.0.1:1: connect: connection refused',
      'Nothing listens',
    ],
    ['Get "http://a:1/metrics": context deadline exceeded', 'within the scrape timeout'],
    ['server returned HTTP status 404 Not Found', 'metrics_path'],
    ['server returned HTTP status 503 Service Unavailable', '503'],
    ['dial tcp: lookup db.invalid: no such host', 'does not resolve'],
    ['x509: certificate signed by unknown authority', 'tls_config'],
  ])('%s', (error, words) => expect(whyDown(error)).toContain(words));
  it('is not guessed at', () => expect(whyDown('the moon is full')).toBeNull());
});

describe('YAML colours', () => {
  const kinds = (line: string) => yamlTokens(line).map(({ kind, text }) => `${kind}:${text}`);
  it('tell keys, values and comments apart', () => {
    expect(kinds('  - job_name: node # why')).toEqual([
      'plain:  ',
      'mark:- ',
      'key:job_name',
      'mark::',
      'plain: node',
      'comment: # why',
    ]);
    expect(kinds('scrape_interval: 15s')).toEqual(['key:scrape_interval', 'mark::', 'number: 15s']);
  });
  it('lose no character', () => {
    for (const line of [
      '',
      '- a:9090',
      'x: "a: b # c"',
      "regex: 'a:(.+)'",
      '---',
      'url: http://a:1/b#c',
      '{a: b}',
    ]) {
      expect(
        yamlTokens(line)
          .map(({ text }) => text)
          .join(''),
      ).toBe(line);
    }
  });
});
