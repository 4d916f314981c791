import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requestBare } from './client';
import { list, object, text } from './decode';

const decoder = list(object({ name: text }));

function answer(status: number, body: string) {
  const response = new Response(body, { status });
  vi.stubGlobal('fetch', vi.fn().mockResolvedValue(response));
}

beforeEach(() => vi.stubGlobal('document', { baseURI: 'http://host/prom/' }));
afterEach(() => vi.unstubAllGlobals());

describe('the API of Alertmanager', () => {
  it('asks below the route prefix and repeats what comes several times', async () => {
    answer(200, '[{"name":"x"}]');
    const params = { filter: ['a="b"', 'c!="d"'], silenced: 'false' };
    const result = await requestBare('alerts', decoder, { params });
    expect(result).toMatchObject({ status: 'success', data: [{ name: 'x' }] });
    expect(vi.mocked(fetch).mock.calls[0]?.[0]).toBe(
      '/prom/api/v2/alerts?filter=a%3D%22b%22&filter=c%21%3D%22d%22&silenced=false',
    );
  });

  it.each([
    [400, '"bad matcher format: x"', 'bad_data', 'bad matcher format: x'],
    [
      422,
      '{"code":602,"message":"comment in body is required"}',
      'bad_data',
      'comment in body is required',
    ],
    [
      400,
      '{"ok":false,"error":"alertmanager.yml:3: no route"}',
      'bad_data',
      'alertmanager.yml:3: no route',
    ],
    [404, '', 'not_found', 'HTTP 404: '],
    [503, 'too many requests', 'unavailable', 'HTTP 503: too many requests'],
  ])('takes the words of a %i as they come', async (status, body, errorType, message) => {
    answer(status, body);
    expect(await requestBare('x', decoder)).toEqual({ status: 'error', errorType, message });
  });

  it('tells apart what is no JSON and what is another answer', async () => {
    answer(200, '<html>');
    expect(await requestBare('x', decoder)).toMatchObject({ message: 'the answer is not JSON' });
    answer(200, '{"a":1}');
    expect(await requestBare('x', decoder)).toMatchObject({ errorType: 'protocol' });
    vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('no route to host')));
    expect(await requestBare('x', decoder)).toMatchObject({ errorType: 'network' });
  });

  it('sends values as JSON and text as text', async () => {
    answer(200, '[]');
    await requestBare('x', decoder, { method: 'POST', body: { a: 1 } });
    await requestBare('x', decoder, { method: 'POST', body: 'route: {}' }).catch(() => null);
    const [json, plain] = vi.mocked(fetch).mock.calls.map(([, init]) => init);
    expect(json).toMatchObject({
      body: '{"a":1}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(plain).toMatchObject({ body: 'route: {}', method: 'POST' });
  });
});
