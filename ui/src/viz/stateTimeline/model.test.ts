import { describe, expect, it } from 'vitest';
import { shownField, shownFrame } from '../testFields';
import { segmentAt, stateRows, statesOf } from './model';

const frame = (values: readonly (string | number | null)[], times?: readonly number[]) =>
  shownFrame(
    shownField('Time', 'time', times ?? values.map((_, i) => i * 10), { interval: 10 }),
    shownField('state', typeof values[0] === 'number' ? 'number' : 'string', values),
  );
const wish = { merge: true, lasting: true, end: 1000, theme: 'dark' } as const;
const spans = (segments: readonly { from: number; to: number; text: string }[]) =>
  segments.map((one) => [one.text, one.from, one.to]);

describe('states over time', () => {
  it('last until the next sample, equal ones as one', () => {
    const [row] = stateRows([frame(['up', 'up', 'down', 'up'])], wish).rows;
    expect(spans(row?.segments ?? [])).toEqual([
      ['up', 0, 20],
      ['down', 20, 30],
      ['up', 30, 40],
    ]);
  });

  it('are not believed beyond a gap', () => {
    const [row] = stateRows([frame(['up', 'up', 'up'], [0, 10, 100])], wish).rows;
    expect(spans(row?.segments ?? [])).toEqual([
      ['up', 0, 20],
      ['up', 100, 110],
    ]);
  });

  it('end where the range ends', () => {
    const [row] = stateRows([frame(['up', 'up'])], { ...wish, end: 15 }).rows;
    expect(row?.segments.at(-1)?.to).toBe(15);
  });

  it('stay apart where they are not to be merged, and around their moment in a history', () => {
    const apart = stateRows([frame(['up', 'up'])], { ...wish, merge: false });
    expect(apart.rows[0]?.segments).toHaveLength(2);
    const history = stateRows([frame(['up'])], { ...wish, merge: false, lasting: false });
    expect(spans(history.rows[0]?.segments ?? [])).toEqual([['up', -5, 5]]);
  });

  it('have a colour each, though nobody gave them one', () => {
    const { rows } = stateRows([frame(['up', 'down', 'maintenance'])], wish);
    expect(new Set(statesOf(rows).map((one) => one.colour)).size).toBe(3);
  });

  it('are found by their moment', () => {
    const [row] = stateRows([frame(['up', null, 'down'])], wish).rows;
    expect(segmentAt(row?.segments ?? [], 9)?.text).toBe('up');
    expect(segmentAt(row?.segments ?? [], 15)).toBeNull();
    expect(segmentAt(row?.segments ?? [], 20)?.text).toBe('down');
    expect(segmentAt(row?.segments ?? [], 31)).toBeNull();
  });

  it('of figures are explained by their thresholds', () => {
    const time = shownField('Time', 'time', [0, 10, 20]);
    const field = shownField('v', 'number', [1, 75, 99], {
      color: { mode: 'thresholds' },
      thresholds: {
        mode: 'absolute',
        steps: [
          { value: -Infinity, color: 'green' },
          { value: 70, color: 'orange' },
          { value: 90, color: 'red' },
        ],
      },
    });
    const { rows } = stateRows([shownFrame(time, field)], { ...wish, merge: false });
    expect(statesOf(rows).map((one) => one.text)).toEqual(['< 70', '70 – 90', '≥ 90']);
  });
});
