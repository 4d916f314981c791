import { describe, expect, it } from 'vitest';
import type { Frame } from '../frame';
import { joinByTime } from './join';
import { shapeTargets } from './shape';
import { field, frame, series } from './testFrames';

function withStep(one: Frame, interval: number): Frame {
  const fields = one.fields.map((each) =>
    each.type === 'time' ? { ...each, config: { ...each.config, interval } } : each,
  );
  return { ...one, fields };
}

describe('series on one axis of time', () => {
  it('keep their columns as they are where their clocks are the same', () => {
    const a = series('A', { pod: 'a' }, [1, 2, 3], [1, null, 3]);
    const b = series('A', { pod: 'b' }, [1, 2, 3], [4, 5, 6]);
    const { times, columns } = joinByTime([a, b]);
    expect(times).toEqual([1, 2, 3]);
    expect(columns.map(({ values }) => values)).toEqual([
      [1, null, 3],
      [4, 5, 6],
    ]);
    expect(columns[0]?.values).toBe(a.fields[1]?.values);
  });
  it('go on between the ticks of a slower clock, and break where a tick is missing', () => {
    const fast = withStep(series('A', {}, [0, 10, 20, 30, 40], [1, 1, 1, 1, 1]), 10);
    const slow = withStep(series('B', {}, [0, 20], [5, 6]), 20);
    expect(joinByTime([fast, slow]).columns.map(({ values }) => values)).toEqual([
      [1, 1, 1, 1, 1],
      [5, undefined, 6, null, null],
    ]);
  });
  it('have a moment of nothing where all series pause', () => {
    const paused = withStep(series('A', {}, [0, 10, 50, 60], [1, 2, 3, 4]), 10);
    const { times, columns } = joinByTime([paused]);
    expect(times).toEqual([0, 10, 20, 50, 60]);
    expect(columns[0]?.values).toEqual([1, 2, null, 3, 4]);
  });
  it('may come out of order and twice', () => {
    const { times, columns } = joinByTime([series('A', {}, [30, 10, 30, 20], [1, 2, 3, 4])]);
    expect(times).toEqual([10, 20, 30]);
    expect(columns[0]?.values).toEqual([2, 4, 3]);
  });
  it('may be none', () => {
    expect(joinByTime([])).toEqual({ times: [], columns: [] });
    expect(joinByTime([frame('A', [field('x', 'number', [1])])]).columns).toEqual([]);
  });
  it('agree with the plain way on any clocks', () => {
    let state = 7;
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    for (let round = 0; round < 200; round++) {
      const frames = Array.from({ length: 1 + random(5) }, (_, k) => {
        const times = [...new Set(Array.from({ length: random(12) }, () => random(20)))].sort(
          (a, b) => a - b,
        );
        return series(
          'A',
          { k: String(k) },
          times,
          times.map((time) => time * 100 + k),
        );
      });
      const { times, columns } = joinByTime(frames);
      const all = frames.flatMap(({ fields }) => fields[0]?.values ?? []).map(Number);
      expect(times).toEqual([...new Set(all)].sort((a, b) => a - b));
      for (const { frameIndex, values } of columns) {
        const own = new Set(frames[frameIndex]?.fields[0]?.values);
        values.forEach((value, i) => {
          const time = times[i] ?? 0;
          if (own.has(time)) expect(value).toBe(time * 100 + frameIndex);
          else expect(value ?? null).toBeNull();
        });
      }
    }
  });
});

describe('answers by format', () => {
  const plain = (frames: readonly Frame[]) =>
    frames.map(({ fields }) => fields.map(({ name, values }) => [name, values]));
  const target = (refId: string, format: 'time_series' | 'table' | 'heatmap') => ({
    refId,
    format,
  });
  const answers = [
    series('A', { pod: 'a', job: 'x' }, [1, 2], [10, 20], { displayNameFromDS: 'first' }),
    series('A', { pod: 'b' }, [1], [30]),
    series('B', {}, [5], [7]),
  ];
  it('are tables, rows by time and a column for each label', () => {
    const [table, other] = shapeTargets(answers, [
      target('A', 'table'),
      target('B', 'time_series'),
    ]);
    expect(plain(table === undefined ? [] : [table])).toEqual([
      [
        ['Time', [1, 1, 2]],
        ['job', ['x', '', 'x']],
        ['pod', ['a', 'b', 'a']],
        ['Value', [10, 30, 20]],
      ],
    ]);
    expect(table?.fields[3]?.config.displayNameFromDS).toBeUndefined();
    expect(table?.meta?.type).toBe('table');
    expect(other).toBe(answers[2]);
  });
  it('name the values of several tables after their query', () => {
    const tables = shapeTargets(answers, [target('A', 'table'), target('B', 'table')]);
    expect(tables.map(({ fields }) => fields.at(-1)?.name)).toEqual(['Value #A', 'Value #B']);
  });
  it('are what lies between the bounds of a histogram', () => {
    const bucket = (le: string, values: (number | null)[]) =>
      series('A', { le, job: 'x' }, [1, 2], values);
    const buckets = [bucket('+Inf', [9, 7]), bucket('0.1', [2, 3]), bucket('0.5', [5, null])];
    const [rows] = shapeTargets(buckets, [target('A', 'heatmap')]);
    expect(plain(rows === undefined ? [] : [rows])).toEqual([
      [
        ['Time', [1, 2]],
        ['0.1', [2, 3]],
        ['0.5', [3, 0]],
        ['+Inf', [4, 7]],
      ],
    ]);
    expect(rows?.meta?.type).toBe('heatmap-rows');
  });
  it('stay where there is nothing to shape', () => {
    const empty = frame('A', []);
    expect(shapeTargets([empty], [target('A', 'table')])).toEqual([empty]);
    expect(shapeTargets([empty], [target('A', 'heatmap')])).toEqual([empty]);
  });
});
