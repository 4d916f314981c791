import { describe, expect, it } from 'vitest';
import { sparkPaths } from './spark';

const times = new Float64Array([0, 10, 20, 30]);
const base = { times, startMs: 0, endMs: 30 };

describe('small pictures', () => {
  it('break at gaps and show a lonely point', () => {
    const { paths } = sparkPaths({ ...base, values: [[1, 2, null, 3]], threshold: null });
    expect(paths[0]?.match(/M/g)).toHaveLength(2);
    expect(paths[0]?.endsWith('h0.01')).toBe(true);
  });

  it('hold the threshold inside', () => {
    const { thresholdY, max, min } = sparkPaths({ ...base, values: [[1, 2, 1, 2]], threshold: 9 });
    expect(thresholdY).toBeGreaterThan(0);
    expect(thresholdY).toBeLessThan(100);
    expect(max).toBeGreaterThan(9);
    expect(min).toBe(0);
  });

  it('draw nothing of nothing, and a flat line in the middle', () => {
    expect(sparkPaths({ ...base, values: [], threshold: null })).toMatchObject({ min: 0, max: 1 });
    const flat = sparkPaths({ ...base, values: [[5, 5, 5, 5]], threshold: null });
    expect(flat.paths[0]).toBe('M0 50L333.3 50L666.7 50L1000 50');
  });
});
