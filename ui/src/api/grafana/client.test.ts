import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { object, text } from '../decode';
import { failureMessage, grafana, onSessionExpired, settled } from './client';
import { fetchDashboard } from './dashboards';
import { fetchWhyNoData, runQueries } from './data';

const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

function answers(status: number, body: unknown): void {
  fetched.mockResolvedValue(
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }),
  );
}

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'http://host/grafana/' });
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
  fetched.mockReset();
});

test('paths go below the base path, parameters that are unset are left out', async () => {
  answers(200, { name: 'x' });
  await grafana.get('/api/thing', object({ name: text }), {
    params: { a: 'b c', none: undefined, tag: ['one', 'two'] },
  });
  expect(fetched.mock.calls[0]?.[0]).toBe('/grafana/api/thing?a=b+c&tag=one&tag=two');
});

test('a failure carries the status and the words of the server', async () => {
  answers(412, { message: 'changed by someone else', status: 'version-mismatch' });
  const answer = await grafana.post('api/dashboards/db', text, { body: {} });
  expect(answer).toEqual({
    ok: false,
    status: 412,
    message: 'changed by someone else',
    body: { message: 'changed by someone else', status: 'version-mismatch' },
  });
  expect(() => settled(answer)).toThrow('changed by someone else');
});

test('the page of a proxy is not shown as a message', () => {
  expect(failureMessage(undefined, '<html>502 Bad Gateway</html>', 502)).toBe(
    'The server answered with HTTP 502.',
  );
});

test('a 401 ends the session, except where anyone may ask', async () => {
  const expired = vi.fn();
  const stop = onSessionExpired(expired);
  answers(401, { message: 'Unauthorized' });
  await grafana.get('api/user', text, { anyone: true });
  expect(expired).not.toHaveBeenCalled();
  answers(401, { message: 'Unauthorized' });
  await grafana.get('api/search', text);
  expect(expired).toHaveBeenCalledTimes(1);
  stop();
});

test('queries of which some failed are an answer; a refusal is not', async () => {
  answers(400, { results: { A: { error: 'parse error', status: 400, frames: [] } } });
  expect((await runQueries({})).ok).toBe(true);
  answers(400, { message: 'bad request data' });
  expect(await runQueries({})).toMatchObject({ ok: false, message: 'bad request data' });
});

test('a dashboard without meta may be looked at and nothing else', async () => {
  answers(200, { dashboard: { title: 'bare' } });
  const answer = settled(await fetchDashboard('a b'));
  expect(answer.meta.canSave).toBe(false);
  expect(answer.dashboard).toEqual({ title: 'bare' });
  expect(fetched.mock.calls[0]?.[0]).toBe('/grafana/api/dashboards/uid/a%20b');
});

test('reasons come by query', async () => {
  answers(200, { results: { A: { reasons: [{ kind: 'target_down', text: 'Down.' }] } } });
  const answer = settled(await fetchWhyNoData({ from: '0', to: '1', queries: [] }));
  expect(answer['A']?.[0]).toMatchObject({ text: 'Down.', hint: '', position: null });
});
