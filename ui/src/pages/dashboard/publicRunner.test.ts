import { expect, test, vi } from 'vitest';
import type { GrafanaResult } from '../../api/grafana/client';
import { EMPTY_SCOPE } from '../../dash/variables/interpolate';
import { PublicRunner, type AskPanel } from './publicRunner';
import { aPanel } from './testPanel';

const context = {
  scope: EMPTY_SCOPE,
  sources: [],
  raw: { from: 'now-1h', to: 'now' },
  time: { now: 1_700_000_000_000, timezone: 'utc' },
};
const frames = [
  {
    schema: { refId: 'A', fields: [{ name: 'Value', type: 'number' }] },
    data: { values: [[1]] },
  },
];
const good: GrafanaResult<unknown> = {
  ok: true,
  data: { results: { A: { status: 200, frames } } },
  elapsedMs: 1,
};

function runner(answer: () => GrafanaResult<unknown>) {
  const ask = vi.fn<AskPanel>(() => Promise.resolve(answer()));
  return { ask, runner: new PublicRunner(ask) };
}

test('a panel is asked for by its number and range, not by its queries', async () => {
  const { ask, runner: one } = runner(() => good);
  one.setContext(context);
  one.want('panel-7', aPanel({ id: 7 }), 500);
  await vi.waitFor(() => expect(one.get('panel-7').state).toBe('done'));
  expect(ask.mock.calls[0]?.[0]).toBe(7);
  expect(ask.mock.calls[0]?.[1]).toMatchObject({
    timeRange: { from: '1699996400000', to: '1700000000000' },
  });
  expect(one.get('panel-7').frames[0]?.length).toBe(1);
});

test('nothing is asked twice until something changed, or someone refreshes', async () => {
  const { ask, runner: one } = runner(() => good);
  one.setContext(context);
  one.want('a', aPanel({}), 500);
  await vi.waitFor(() => expect(one.get('a').state).toBe('done'));
  one.want('a', aPanel({}), 500);
  one.setContext(context);
  expect(ask).toHaveBeenCalledTimes(1);
  one.refreshPanel('a');
  expect(ask).toHaveBeenCalledTimes(2);
});

test('a failed refresh keeps what was seen and says what is wrong', async () => {
  let answer: GrafanaResult<unknown> = good;
  const { runner: one } = runner(() => answer);
  one.setContext(context);
  one.want('a', aPanel({}), 500);
  await vi.waitFor(() => expect(one.get('a').state).toBe('done'));
  answer = { ok: false, status: 502, message: 'no', body: null };
  one.refreshPanel('a');
  await vi.waitFor(() => expect(one.get('a').state).toBe('error'));
  expect(one.get('a').frames).toHaveLength(1);
  expect(one.get('a').errors.get('')).toBe('no');
  expect(one.get('a').staleSince).not.toBeNull();
});

test('a panel out of sight is not waited for', () => {
  const { ask, runner: one } = runner(() => good);
  one.setContext(context);
  one.want('a', aPanel({}), 500);
  one.drop('a');
  expect(ask.mock.calls[0]?.[2].aborted).toBe(true);
  expect(one.get('a').state).toBe('idle');
  expect(one.busy).toBe(false);
});
