import { describe, expect, it } from 'vitest';
import { decodeAdvice } from './advice';
import { DecodeError } from './decode';
import { decodeExplanation } from './explain';

const root = {
  id: 1,
  operator: 'aggregate',
  label: 'sum by (a)',
  expr: 'sum by (a) (x{b="ü"})',
  position: { start: 0, end: 22 },
  details: ['groups told by the storage'],
  series: 2,
  points: 4,
  samplesRead: 0,
  seconds: 0.5,
  selfSeconds: 0.1,
  memoryBytes: 100,
  children: [
    { operator: 'selector', label: 'x', position: { start: 12, end: 21 }, selfSeconds: 0.4 },
  ],
};

describe('an explanation', () => {
  it('is read with its tree, places in characters', () => {
    const { plan, totals } = decodeExplanation(
      { query: 'sum by (a) (x{b="ü"})', resultType: 'vector', plan: root, totals: { threads: 2 } },
      'data',
    );
    expect(plan).toMatchObject({ label: 'sum by (a)', from: 0, to: 21, seconds: 0.5 });
    expect(plan.children).toMatchObject([
      { label: 'x', from: 12, to: 20, selfSeconds: 0.4, series: 0, children: [] },
    ]);
    expect(totals).toMatchObject({ threads: 2, seconds: 0 });
  });
  it('without a plan is no explanation', () => {
    expect(() => decodeExplanation({ query: 'up', totals: {} }, 'data')).toThrow(DecodeError);
  });
});

describe('advice', () => {
  const decode = (expr: string, advice: unknown[]) => decodeAdvice(expr)({ advice }, 'data');
  it('comes sorted, with places in characters and its corrected query', () => {
    const found = decode('"ß" + rate(x)', [
      { code: 'b', severity: 'info', message: 'second', reason: 'why', line: 1, column: 1 },
      {
        code: 'a',
        severity: 'error',
        message: 'first things',
        position: { start: 7, end: 14 },
        fix: { label: 'take x', query: 'x' },
      },
    ]);
    expect(found).toEqual([
      {
        severity: 'error',
        message: 'First things',
        reason: '',
        place: { from: 6, to: 13 },
        fix: { label: 'Take x', query: 'x' },
      },
      { severity: 'info', message: 'second', reason: 'why', place: null, fix: null },
    ]);
  });
  it('about the end of the input is shown at its last character', () => {
    const [one] = decode('sum(', [
      { severity: 'error', message: 'unclosed', position: { start: 4, end: 4 } },
    ]);
    expect(one?.place).toEqual({ from: 3, to: 4 });
  });
  it('never points outside of the expression', () => {
    const [one] = decode('up', [
      { severity: 'error', message: 'odd', position: { start: 40, end: 80 } },
    ]);
    expect(one?.place).toEqual({ from: 1, to: 2 });
  });
  it('of a kind nobody knows is refused', () => {
    expect(() => decode('up', [{ severity: 'fatal', message: 'x' }])).toThrow(DecodeError);
  });
});
