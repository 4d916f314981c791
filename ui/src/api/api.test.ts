import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, decodeAnswer, request, unwrap } from './client';
import { DecodeError, list, number, object, text, time } from './decode';
import { decodeQueryData } from './query';

const decode = (data: unknown) => decodeQueryData(data, 'data');

describe('query results', () => {
  it('of vectors keep the server’s digits beside the number', () => {
    const { result } = decode({
      resultType: 'vector',
      result: [{ metric: { __name__: 'up' }, value: [1.5, '+Inf'] }],
    });
    expect(result).toEqual({
      type: 'vector',
      samples: [
        {
          metric: { __name__: 'up' },
          timeMs: 1500,
          value: { kind: 'float', text: '+Inf', number: Infinity },
        },
      ],
    });
  });
  it('of matrices become columns', () => {
    const { result } = decode({
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [1, '2'],
            [2.001, 'NaN'],
          ],
        },
      ],
    });
    if (result.type !== 'matrix') throw new Error(result.type);
    expect([...(result.series[0]?.times ?? [])]).toEqual([1000, 2001]);
    expect([...(result.series[0]?.values ?? [])]).toEqual([2, NaN]);
  });
  it('of native histograms keep their buckets', () => {
    const histogram = { count: '3', sum: '4.5', buckets: [[0, '1', '2', '3']] };
    const { result } = decode({
      resultType: 'vector',
      result: [{ metric: {}, histogram: [1, histogram] }],
    });
    expect(result).toMatchObject({
      samples: [
        {
          value: {
            histogram: { sum: '4.5', buckets: [{ rule: 0, lower: '1', upper: '2', count: '3' }] },
          },
        },
      ],
    });
  });
  it('of scalars and strings come with their statistics', () => {
    const stats = {
      timings: { execTotalTime: 0.002 },
      samples: { totalQueryableSamples: 7, peakSamples: 3 },
    };
    expect(decode({ resultType: 'scalar', result: [1, '3'], stats })).toEqual({
      result: { type: 'scalar', timeMs: 1000, text: '3' },
      stats: { evalMs: 2, samples: 7, peakSamples: 3 },
    });
    expect(decode({ resultType: 'string', result: [1, 'a'] }).stats).toEqual({
      evalMs: null,
      samples: null,
      peakSamples: null,
    });
  });
  it('that are not as agreed are named, with their place', () => {
    expect(() => decode({ resultType: 'tensor', result: [] })).toThrow(/data\.resultType/);
    expect(() => decode({ resultType: 'vector', result: [{ metric: {}, value: [1, 2] }] })).toThrow(
      DecodeError,
    );
    expect(() =>
      decode({ resultType: 'matrix', result: [{ metric: {}, values: [[1, 'x']] }] }),
    ).toThrow(DecodeError);
    expect(() => decode(null)).toThrow(DecodeError);
  });
});

describe('decoders', () => {
  it('say what they expected and where', () => {
    const shape = object({ rows: list(object({ count: number })) });
    expect(() => shape({ rows: [{ count: 1 }, { count: '2' }] }, 'data')).toThrow(
      "the server's answer has string at data.rows[1].count, not a number",
    );
  });
  it('read the zero time as never', () => {
    expect(time('0001-01-01T00:00:00Z', 'x')).toBeNull();
    expect(time('2026-11-21T03:40:24.733566457Z', 'x')).toBe(
      Date.UTC(2026, 10, 21, 3, 40, 24, 733),
    );
  });
});

describe('answers', () => {
  it('of success carry warnings and infos', () => {
    const body = { status: 'success', data: 'x', warnings: ['w'], infos: ['i'] };
    expect(decodeAnswer(body, text, 5)).toEqual({ ...body, elapsedMs: 5 });
  });
  it('of error keep the server’s words', () => {
    const result = decodeAnswer(
      { status: 'error', errorType: 'bad_data', error: '1:4: parse error' },
      text,
      1,
    );
    expect(result).toEqual({ status: 'error', errorType: 'bad_data', message: '1:4: parse error' });
    expect(() => unwrap(result)).toThrow(ApiError);
  });
});

describe('requests', () => {
  afterEach(() => vi.unstubAllGlobals());
  const answer = (body: string, status = 200) => {
    const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(() =>
      Promise.resolve(new Response(body, { status })),
    );
    vi.stubGlobal('fetch', fetch);
    vi.stubGlobal('document', { baseURI: 'http://host/prom/' });
    return fetch;
  };
  it('go below the route prefix, long ones as a form', async () => {
    const fetch = answer('{"status":"success","data":"x"}');
    await request('query', text, { params: { query: 'a+b', 'match[]': ['c', 'd'] }, post: true });
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toBe('/prom/api/v1/query');
    const body = init?.body;
    expect(body instanceof URLSearchParams && body.toString()).toBe(
      'query=a%2Bb&match%5B%5D=c&match%5B%5D=d',
    );
  });
  it('answered by something else than the API say so', async () => {
    answer('<html>Bad gateway</html>', 502);
    expect(await request('query', text)).toEqual({
      status: 'error',
      errorType: 'protocol',
      message: 'HTTP 502: <html>Bad gateway</html>',
    });
  });
  it('that get no answer are errors, not exceptions', async () => {
    vi.stubGlobal('document', { baseURI: 'http://host/' });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
    expect(await request('query', text)).toMatchObject({ status: 'error', errorType: 'network' });
  });
});
