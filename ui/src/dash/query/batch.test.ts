import { describe, expect, it } from 'vitest';
import { batchesOf, jobsOf, renameResult } from './batch';
import type { QueryBody } from './request';

const range = { from: 1000, to: 2000 };
const query = (refId: string, expr: string): QueryBody => ({ refId, expr });

describe('jobs', () => {
  it('are equal whatever the query is called and whatever order its keys have', () => {
    const [a] = jobsOf([{ refId: 'A', expr: 'up', instant: true }], range, false);
    const [b] = jobsOf([{ instant: true, expr: 'up', refId: 'B' }], range, false);
    const [c] = jobsOf([{ instant: false, expr: 'up', refId: 'B' }], range, false);
    const [later] = jobsOf([{ refId: 'A', expr: 'up', instant: true }], { from: 1, to: 2 }, false);
    expect(a?.key).toBe(b?.key);
    expect(a?.key).not.toBe(c?.key);
    expect(a?.key).not.toBe(later?.key);
  });
  it('keep queries together that refer to each other', () => {
    const jobs = jobsOf([query('A', 'up'), query('B', '$A + 1')], range, true);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]?.queries.map(({ refId }) => refId)).toEqual(['A', 'B']);
    expect(jobsOf([], range, true)).toEqual([]);
  });
});

describe('batches', () => {
  const single = (i: number) => jobsOf([query('A', `m${i}`)], range, false);
  it('hold eight queries at most, each with a name of its own', () => {
    const jobs = Array.from({ length: 19 }, (_, i) => single(i)).flat();
    const batches = batchesOf(jobs);
    expect(batches.map(({ body }) => body.queries.length)).toEqual([8, 8, 3]);
    for (const { body, origin } of batches) {
      expect(new Set(body.queries.map(({ refId }) => refId)).size).toBe(body.queries.length);
      expect(origin.size).toBe(body.queries.length);
      expect([...origin.values()].every(({ refId }) => refId === 'A')).toBe(true);
      expect([body.from, body.to]).toEqual(['1000', '2000']);
    }
  });
  it('are of one time range', () => {
    const other = jobsOf([query('A', 'x')], { from: 5, to: 6 }, false);
    const batches = batchesOf([...single(1), ...other, ...single(2)]);
    expect(batches.map(({ body }) => [body.from, body.queries.length])).toEqual([
      ['1000', 2],
      ['5', 1],
    ]);
  });
  it('leave queries that go together their names', () => {
    const together = jobsOf([query('A', 'up'), query('B', '$A')], range, true);
    const batches = batchesOf([...single(1), ...together]);
    expect(batches.map(({ body }) => body.queries.map(({ refId }) => refId))).toEqual([
      ['A', 'B'],
      ['A'],
    ]);
  });
});

describe('a result', () => {
  it('takes another name with its frames', () => {
    const frame = { refId: 'Q1', fields: [], length: 0 };
    const result = { refId: 'Q1', frames: [frame], error: null, timeMs: null };
    expect(renameResult(result, 'B').frames[0]?.refId).toBe('B');
    expect(renameResult(result, 'Q1')).toBe(result);
  });
});
