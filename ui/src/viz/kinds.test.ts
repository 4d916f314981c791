import { describe, expect, it } from 'vitest';
import { barModel } from './barchart/model';
import { niceTicks } from './barchart/scale';
import { cellCount, gradientCss } from './bargauge/bars';
import { dialBox, ring, shareOf, shareToAngle } from './gauge/arc';
import { histogramBins } from './histogram/bins';
import { groupAlerts, matchesLabels, shownAlerts } from './lists/alerts';
import { percentText, slicesOf } from './piechart/slices';
import { timeTicks } from './plot/timeAxis';
import { statLayout } from './stat/layout';
import { columnsOf, columnWidths, filterRows, sortRows } from './table/model';
import { shownField, shownFrame } from './testFields';
import type { ListedAlert } from './VizData';

describe('stat', () => {
  const wish = {
    wide: true,
    graph: false,
    change: false,
    titleSize: undefined,
    valueSize: undefined,
    font: 'x',
  };
  const tile = { name: 'web-1', value: '42', valueWidth: 1.2 };

  it('puts the name beside the value in a wide tile only', () => {
    expect(statLayout([tile], 500, 90, wish).inline).toBe(true);
    expect(statLayout([tile], 200, 180, wish).inline).toBe(false);
    expect(statLayout([tile], 500, 90, { ...wish, wide: false }).inline).toBe(false);
  });

  it('keeps name, value and line inside of the tile at any size', () => {
    for (const [width, height] of [
      [160, 90],
      [80, 60],
      [300, 180],
      [1600, 600],
    ] as const) {
      const made = statLayout([tile], width, height, { ...wish, graph: true });
      const words = made.inline
        ? Math.max(made.nameSize, made.valueSize) * 1.2
        : made.nameSize * 1.3 + made.valueSize * 1.15;
      expect(words + made.graphHeight * 0.8).toBeLessThanOrEqual(height);
    }
  });
});

describe('dials', () => {
  it('turn from bound to bound and no further', () => {
    expect(shareToAngle(shareOf(-5, { min: 0, max: 10 }))).toBe(-120);
    expect(shareToAngle(shareOf(5, { min: 0, max: 10 }))).toBe(0);
    expect(shareToAngle(shareOf(50, { min: 0, max: 10 }))).toBe(120);
    expect(shareOf(NaN, { min: 0, max: 10 })).toBe(0);
  });

  it('fit into their box', () => {
    for (const [width, height] of [
      [75, 40],
      [160, 90],
      [900, 300],
      [100, 500],
    ] as const) {
      const { cx, cy, radius, nameTop, nameHeight } = dialBox(width, height, {
        name: true,
        labels: false,
      });
      expect(cx - radius).toBeGreaterThanOrEqual(0);
      expect(cy - radius).toBeGreaterThanOrEqual(0);
      expect(nameTop + nameHeight).toBeLessThanOrEqual(height + 2);
    }
  });

  it('close a whole circle', () => {
    expect(ring(10, 10, 0, 5, 0, 360).match(/M/g)).toHaveLength(2);
  });
});

describe('bars of a gauge', () => {
  it('have as many cells as fit', () => {
    expect(cellCount(140)).toBe(10);
    expect(cellCount(1)).toBe(1);
  });

  it('are plain where there is one colour', () => {
    expect(gradientCss([[0, 'red']], 90)).toBe('red');
    expect(
      gradientCss(
        [
          [0, 'red'],
          [0.5, 'blue'],
        ],
        90,
      ),
    ).toBe('linear-gradient(90deg, red 0%, blue 50%)');
  });
});

describe('pies', () => {
  it('fill the circle with what is more than nothing', () => {
    const slices = slicesOf(
      [
        { name: 'a', value: 1 },
        { name: 'b', value: 3 },
        { name: 'c', value: -2 },
        { name: 'd', value: NaN },
      ],
      new Set(),
      'desc',
    );
    expect(slices.map((one) => [one.name, one.from, one.to])).toEqual([
      ['b', 0, 270],
      ['a', 270, 360],
    ]);
  });

  it('share anew when a part is hidden', () => {
    const [only] = slicesOf(
      [
        { name: 'a', value: 1 },
        { name: 'b', value: 3 },
      ],
      new Set(['b']),
      'none',
    );
    expect(only?.share).toBe(1);
  });

  it('round shares without losing small ones', () => {
    expect([percentText(0.4249), percentText(0.0034), percentText(0)]).toEqual([
      '42%',
      '0.34%',
      '0%',
    ]);
  });
});

describe('bar charts', () => {
  const frame = shownFrame(
    shownField('x', 'string', ['a', 'b']),
    shownField('p', 'number', [1, 2]),
    shownField('q', 'number', [3, -4]),
  );
  const wish = {
    stacking: 'none',
    groupWidth: 0.7,
    barWidth: 1,
    hidden: new Set<string>(),
    timezone: 'utc',
  } as const;

  it('stand side by side inside of their category', () => {
    const model = barModel([frame], {}, wish);
    expect(model?.categories).toEqual(['a', 'b']);
    for (const bar of model?.bars ?? []) {
      expect(bar.start).toBeGreaterThanOrEqual(0);
      expect(bar.start + bar.size).toBeLessThanOrEqual(1);
    }
    expect(model?.low).toBe(-4);
  });

  it('stack upwards and downwards apart', () => {
    const model = barModel([frame], {}, { ...wish, stacking: 'normal' });
    expect(model?.bars.map((one) => [one.from, one.to])).toEqual([
      [0, 1],
      [1, 4],
      [0, 2],
      [0, -4],
    ]);
  });

  it('end on round numbers', () => {
    expect(niceTicks(0, 420, 5)).toEqual({
      min: 0,
      max: 500,
      values: [0, 100, 200, 300, 400, 500],
    });
    expect(niceTicks(0, 0, 5).max).toBeGreaterThan(0);
  });
});

describe('histograms', () => {
  it('count each value in one bucket, the greatest too', () => {
    const bins = histogramBins([shownFrame(shownField('v', 'number', [0, 1, 1.5, 2, 10, null]))], {
      bucketSize: 1,
    });
    expect(bins?.series[0]?.counts.reduce((a, b) => a + b, 0)).toBe(5);
    expect(bins?.edges[0]).toBe(0);
    expect(bins?.series[0]?.counts[1]).toBe(2);
  });

  it('take buckets that are ready', () => {
    const bins = histogramBins(
      [
        shownFrame(
          shownField('xMin', 'number', [0, 5]),
          shownField('xMax', 'number', [5, 10]),
          shownField('n', 'number', [3, 4]),
        ),
      ],
      {},
    );
    expect(bins?.edges).toEqual([0, 5, 10]);
    expect(bins?.series[0]?.counts).toEqual([3, 4]);
  });
});

describe('tables', () => {
  const frame = shownFrame(
    shownField('name', 'string', ['b', 'a10', 'a2', null]),
    shownField('value', 'number', [2, null, 1, 3], { custom: { width: 80 } }),
    shownField('gone', 'number', [1, 1, 1, 1], { custom: { hideFrom: { viz: true } } }),
  );

  it('sort figures as figures and names as people count, empty ones last', () => {
    expect(sortRows([0, 1, 2, 3], frame.fields[1], false)).toEqual([2, 0, 3, 1]);
    expect(sortRows([0, 1, 2, 3], frame.fields[1], true)).toEqual([3, 0, 2, 1]);
    expect(sortRows([0, 1, 2, 3], frame.fields[0], false)).toEqual([2, 1, 0, 3]);
  });

  it('let through what was chosen in every column', () => {
    const filters = new Map([
      [0, new Set(['b', 'a2'])],
      [1, new Set(['1'])],
    ]);
    expect(filterRows(frame, filters)).toEqual([2]);
  });

  it('fill their room and keep given widths', () => {
    const columns = columnsOf(frame);
    expect(columns.map((one) => one.title)).toEqual(['name', 'value']);
    const widths = columnWidths(columns, 500, 'x');
    expect(widths[1]).toBe(80);
    expect(Math.round((widths[0] ?? 0) + (widths[1] ?? 0))).toBe(500);
  });
});

describe('alert lists', () => {
  const alert = (name: string, state: ListedAlert['state'], labels = {}): ListedAlert => ({
    name,
    state,
    labels,
    summary: '',
    url: '',
    folder: '',
  });
  const alerts = [
    alert('a', 'normal'),
    alert('b', 'pending', { job: 'x' }),
    alert('c', 'firing', { job: 'y' }),
  ];

  it('show the worst first and what is well only when asked', () => {
    expect(shownAlerts(alerts, {}).map((one) => one.name)).toEqual(['c', 'b']);
    const all = { stateFilter: { firing: true, normal: true }, sortOrder: 1 };
    expect(shownAlerts(alerts, all).map((one) => one.name)).toEqual(['a', 'c']);
  });

  it('read matchers as alerts are written with', () => {
    expect(matchesLabels('{job=~"x|z"}', { job: 'x' })).toBe(true);
    expect(matchesLabels('job!="x"', { job: 'x' })).toBe(false);
    expect(matchesLabels('job=~"("', { job: 'x' })).toBe(true);
    expect(matchesLabels('', {})).toBe(true);
  });

  it('group by labels', () => {
    expect(groupAlerts(alerts, ['job']).map((one) => one.title)).toEqual([
      'job: none',
      'job: x',
      'job: y',
    ]);
  });
});

describe('words under a time axis', () => {
  it('name the day where it begins, in the zone that was asked for', () => {
    const from = Date.UTC(2026, 10, 21, 22, 0, 0);
    const hours = [0, 1, 2, 3].map((n) => from + n * 3_600_000);
    expect(timeTicks(hours, 3_600_000, 'utc')).toEqual([
      '22:00\n21 Nov',
      '23:00',
      '00:00\n22 Nov',
      '01:00',
    ]);
    expect(timeTicks(hours, 3_600_000, 'Europe/Berlin')[0]).toBe('23:00\n21 Nov');
    expect(timeTicks([from], 86_400_000, 'utc')).toEqual(['21 Nov']);
  });
});
