import { describe, expect, it } from 'vitest';
import { seriesFrame, shownField, shownFrame } from '../testFields';
import { buildModel } from './model';

const none = new Set<string>();

describe('the model of a time series panel', () => {
  it('makes an axis for each unit, the second on the right', () => {
    const { scales } = buildModel(
      [
        seriesFrame('a', [1, 2], [1, 2], { unit: 'bytes' }),
        seriesFrame('b', [1, 2], [1, 2], { unit: 's' }),
        seriesFrame('c', [1, 2], [1, 2], { unit: 'bytes' }),
      ],
      none,
    );
    expect(scales.map((one) => [one.side, one.series.map((s) => s.name)])).toEqual([
      ['left', ['a', 'c']],
      ['right', ['b']],
    ]);
  });

  it('lets whoever asked for the left have it', () => {
    const { scales } = buildModel(
      [
        seriesFrame('a', [1], [1], { unit: 'bytes' }),
        seriesFrame('b', [1], [1], { unit: 's', custom: { axisPlacement: 'left' } }),
        seriesFrame('c', [1], [1], { unit: 'percent', custom: { axisPlacement: 'hidden' } }),
      ],
      none,
    );
    expect(scales.map((one) => one.side)).toEqual(['right', 'left', 'hidden']);
  });

  it('turns what goes out downwards', () => {
    const { series } = buildModel(
      [seriesFrame('out', [1, 2], [3, null], { custom: { transform: 'negative-Y' } })],
      none,
    );
    expect(series[0]?.values).toEqual([-3, null]);
  });

  it('breaks lines by the interval of the data unless gaps are to be spanned', () => {
    const times = [0, 60, 240];
    const [broken] = buildModel([seriesFrame('a', times, [1, 2, 3], {}, 60)], none).series;
    expect(broken?.values).toEqual([1, 2, null, 3]);
    const spanned = buildModel(
      [seriesFrame('a', times, [1, 2, 3], { custom: { spanNulls: true } }, 60)],
      none,
    );
    expect(spanned.series[0]?.values).toEqual([1, 2, 3]);
  });

  it('puts rows in the order of their time', () => {
    const model = buildModel([seriesFrame('a', [30, 10, 20], [3, 1, 2])], none);
    expect([...model.times]).toEqual([10, 20, 30]);
    expect(model.series[0]?.values).toEqual([1, 2, 3]);
  });

  it('fills from one series down to another by its name', () => {
    const { bands } = buildModel(
      [
        seriesFrame('max', [1], [3], { custom: { fillBelowTo: 'min' } }),
        seriesFrame('min', [1], [1]),
      ],
      none,
    );
    expect(bands).toEqual([[0, 1]]);
    const hidden = buildModel(
      [
        seriesFrame('max', [1], [3], { custom: { fillBelowTo: 'min' } }),
        seriesFrame('min', [1], [1]),
      ],
      new Set(['min']),
    );
    expect(hidden.bands).toEqual([]);
  });

  it('leaves out what is hidden from the drawing, and says when nothing has a time', () => {
    const hidden = seriesFrame('a', [1], [1], { custom: { hideFrom: { viz: true } } });
    expect(buildModel([hidden], none).series).toEqual([]);
    const timeless = shownFrame(shownField('v', 'number', [1]));
    expect(buildModel([timeless], none).noTime).toBe(true);
    expect(buildModel([], none).noTime).toBe(false);
  });
});
