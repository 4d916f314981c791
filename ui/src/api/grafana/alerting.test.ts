import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchAlertingOverview } from './alerting';

vi.mock('../client', () => ({ basePath: () => '/' }));

async function valueOf(value: unknown): Promise<number | null | undefined> {
  const rules = [{ name: 'r', alerts: [{ state: 'Alerting', value }] }];
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(rules))));
  const answer = await fetchAlertingOverview();
  return answer.ok ? answer.data[0]?.alerts[0]?.value : undefined;
}

describe('an alert’s value', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is a number of a rule file', async () => {
    expect(await valueOf('1.5e+00')).toBe(1.5);
    expect(await valueOf('+Inf')).toBe(Infinity);
  });

  it('is what a managed rule measured first', async () => {
    const words = "[ var='B' metric='up' labels={job=a} value=3 ], [ var='C' labels={} value=1 ]";
    expect(await valueOf(words)).toBe(3);
  });

  it('may be missing', async () => {
    expect(await valueOf('')).toBeNaN();
    expect(await valueOf(undefined)).toBeNull();
  });
});
