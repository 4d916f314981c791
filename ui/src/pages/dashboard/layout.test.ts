import { expect, test } from 'vitest';
import type { Panel } from '../../dash/model';
import { cellsToPx, layOut } from './layout';
import { aPanel } from './testPanel';

const at = (id: number, x: number, y: number, w: number, h: number): Panel =>
  aPanel({ id, gridPos: { x, y, w, h } });
const row = (id: number, y: number, panels: readonly Panel[] = []): Panel =>
  aPanel({
    id,
    type: 'row',
    gridPos: { x: 0, y, w: 24, h: 1 },
    collapsed: panels.length > 0,
    panels,
  });

const options = (width: number, open: (row: Panel) => boolean = () => true) => ({
  width,
  keyOf: (panel: Panel) => String(panel.id),
  isOpen: open,
});
const boxes = (panels: readonly Panel[], width = 1200 - 8, open?: (row: Panel) => boolean) =>
  layOut(panels, options(width, open)).placed.map(
    ({ key, left, top, width: w, height }) => `${key}: ${left},${top} ${w}×${height}`,
  );

test('a cell is 30 px high with 8 px between, a column a 24th of the width', () => {
  expect(cellsToPx(8)).toBe(296);
  expect(boxes([at(1, 0, 0, 12, 8), at(2, 12, 0, 12, 8), at(3, 0, 8, 24, 4)])).toEqual([
    '1: 0,0 592×296',
    '2: 600,0 592×296',
    '3: 0,304 1192×144',
  ]);
});

test('panels side by side end where the next begins, whatever the width', () => {
  const { placed } = layOut(
    [at(1, 0, 0, 7, 2), at(2, 7, 0, 9, 2), at(3, 16, 0, 8, 2)],
    options(1013),
  );
  for (const [i, one] of placed.slice(0, -1).entries()) {
    expect(one.left + one.width + 8 - (placed[i + 1]?.left ?? 0)).toBeLessThanOrEqual(1);
  }
  const last = placed.at(-1);
  expect((last?.left ?? 0) + (last?.width ?? 0)).toBe(1013);
});

test('holes are closed upwards, panels that overlap are moved down', () => {
  expect(boxes([at(1, 0, 5, 12, 2), at(2, 0, 5, 12, 2), at(3, 12, 40, 12, 2)])).toEqual([
    '1: 0,0 592×68',
    '3: 600,0 592×68',
    '2: 0,76 592×68',
  ]);
});

test('a closed row takes its panels out and what follows moves up', () => {
  const panels = [row(1, 0), at(2, 0, 1, 24, 4), row(3, 5, [at(4, 0, 6, 24, 4)]), row(6, 6)];
  expect(boxes(panels, 1192, ({ id }) => id !== 1)).toEqual([
    '1: 0,0 1192×30',
    '3: 0,38 1192×30',
    '4: 0,76 1192×144',
    '6: 0,228 1192×30',
  ]);
});

test('what stands below a row that is stored closed is not part of it', () => {
  const panels = [row(3, 5, [at(4, 0, 6, 24, 4)]), at(5, 0, 6, 24, 4)];
  expect(boxes(panels, 1192, () => false)).toEqual(['3: 0,0 1192×30', '5: 0,38 1192×144']);
});

test('children of a row that was stored closed stand below it, wherever their numbers say', () => {
  const panels = [row(1, 3, [at(2, 0, 90, 24, 2)]), row(3, 4)];
  expect(boxes(panels)).toEqual(['1: 0,0 1192×30', '2: 0,38 1192×68', '3: 0,114 1192×30']);
});

test('a narrow screen has one column, in reading order', () => {
  expect(boxes([at(1, 12, 0, 12, 2), at(2, 0, 0, 12, 2)], 360)).toEqual([
    '2: 0,0 360×68',
    '1: 0,76 360×68',
  ]);
});

test('the sheet ends with its last panel', () => {
  expect(layOut([at(1, 0, 0, 24, 2)], options(1000)).height).toBe(68);
  expect(layOut([], options(1000)).height).toBe(0);
});
