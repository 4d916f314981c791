import { describe, expect, it } from 'vitest';
import { seriesFrame, shownField, shownFrame } from '../testFields';
import { boundOf, heatModel, niceTime } from './buckets';

const range = { from: 0, to: 600_000 };

describe('heatmap rows', () => {
  it('stand in the order of their bounds, whatever the order of the answer', () => {
    const model = heatModel(
      ['+Inf', '0.5', '0.1'].map((name, i) =>
        seriesFrame(name, [60_000, 120_000], [i, i + 10], {}, 60_000),
      ),
      {},
      range,
    );
    expect(model?.rows.map((one) => [one.from, one.to])).toEqual([
      [0, 0.1],
      [0.1, 0.5],
      [0.5, Infinity],
    ]);
    expect(model?.counts[0]).toEqual([2, 1, 0]);
    expect(model?.starts).toEqual([0, 60_000]);
  });

  it('keep their names where those are no numbers', () => {
    const model = heatModel(
      [seriesFrame('small', [1], [1]), seriesFrame('large', [1], [2])],
      {},
      range,
    );
    expect(model?.rows.map((one) => one.label)).toEqual(['small', 'large']);
  });

  it('read a bound from a label, a name or a range', () => {
    expect(boundOf(shownField('0.25', 'number', []))).toBe(0.25);
    expect(boundOf(shownField('http le=1e3', 'number', []))).toBe(1000);
    expect(boundOf(shownField('+Inf', 'number', []))).toBe(Infinity);
    expect(boundOf({ ...shownField('x', 'number', []), labels: { le: '5' } })).toBe(5);
    expect(boundOf(shownField('errors', 'number', []))).toBeNaN();
  });
});

describe('heatmap cells', () => {
  it('are laid out by their own bounds', () => {
    const model = heatModel(
      [
        shownFrame(
          shownField('xMax', 'time', [60, 60, 120]),
          shownField('yMin', 'number', [0, 1, 1]),
          shownField('yMax', 'number', [1, 2, 2]),
          shownField('count', 'number', [3, 4, 5]),
        ),
      ],
      {},
      range,
    );
    expect(model?.rows).toHaveLength(2);
    expect(model?.counts).toEqual([
      [3, 4],
      [null, 5],
    ]);
    expect(model?.starts).toEqual([0, 60]);
  });
});

describe('calculated heatmaps', () => {
  const frames = [seriesFrame('a', [0, 60_000, 60_001, 599_000], [1, 5, 5.5, 9])];

  it('count every value once', () => {
    const model = heatModel(frames, { calculate: true }, range);
    const sum = model?.counts.flat().reduce<number>((all, one) => all + (one ?? 0), 0);
    expect(sum).toBe(4);
  });

  it('take sizes as they are given', () => {
    const options = {
      calculate: true,
      calculation: {
        xBuckets: { mode: 'size', value: '5m' },
        yBuckets: { mode: 'size', value: '5' },
      },
    };
    const model = heatModel(frames, options, range);
    expect(model?.step).toBe(300_000);
    expect(model?.rows.map((one) => one.from)).toEqual([0, 5]);
    expect(model?.counts[0]).toEqual([1, 2]);
  });

  it('have rows of powers on a logarithmic scale', () => {
    const options = {
      calculate: true,
      calculation: { yBuckets: { scale: { type: 'log', log: 2 } } },
    };
    const model = heatModel(frames, options, range);
    expect(model?.rows.map((one) => one.from)).toEqual([1, 2, 4, 8]);
  });

  it('never make more rows than can be drawn', () => {
    const wild = [seriesFrame('a', [0, 1], [0, 1e9])];
    const options = { calculate: true, calculation: { yBuckets: { mode: 'size', value: '1' } } };
    expect(heatModel(wild, options, range)?.rows.length).toBeLessThanOrEqual(502);
  });

  it('are columns of round times', () => {
    expect(niceTime(7_000)).toBe(10_000);
    expect(niceTime(100_000)).toBe(120_000);
  });
});
