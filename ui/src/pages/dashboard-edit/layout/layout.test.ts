import { describe, expect, it } from 'vitest';
import { loadDashboard } from '../../../dash/model/load';
import { movePanels } from '../../../dash/model/save';
import { fitted, nudge, stretch } from './nudge';
import { moveSection, panelsOfRow } from './rows';

const at = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });
const load = async (panels: readonly object[]) =>
  (await loadDashboard({ schemaVersion: 42, title: 't', panels: [...panels] })).dashboard;

const stacked = () =>
  load([
    { id: 1, type: 'stat', gridPos: at(0, 0, 12, 8) },
    { id: 2, type: 'stat', gridPos: at(0, 8, 12, 4) },
    { id: 3, type: 'stat', gridPos: at(12, 0, 12, 4) },
  ]);

describe('moving by keys', () => {
  it('goes past the one above, which makes room', async () => {
    const d = await stacked();
    const moved = movePanels(d, nudge(d, 2, 'up'));
    const place = (id: number) => moved.panels.find((one) => one.id === id)?.gridPos;
    expect(place(2)).toEqual(at(0, 0, 12, 4));
    expect(place(1)).toEqual(at(0, 4, 12, 8));
    expect(place(3)).toEqual(at(12, 0, 12, 4));
  });
  it('down undoes up', async () => {
    const d = await stacked();
    const up = movePanels(d, nudge(d, 2, 'up'));
    const back = movePanels(up, nudge(up, 2, 'down'));
    const places = (one: typeof d) => new Map(one.panels.map(({ id, gridPos }) => [id, gridPos]));
    expect(places(back)).toEqual(places(d));
  });
  it('stops at the edges', async () => {
    const d = await stacked();
    expect(nudge(d, 1, 'left').size).toBe(0);
    expect(nudge(d, 1, 'up').size).toBe(0);
    expect(nudge(d, 3, 'right').size).toBe(0);
    expect(nudge(d, 99, 'up').size).toBe(0);
  });
  it('grows and shrinks by a cell', async () => {
    const d = await stacked();
    expect(stretch(d, 1, 'down').get(1)).toEqual(at(0, 0, 12, 9));
    expect(stretch(d, 1, 'left').get(1)).toEqual(at(0, 0, 11, 8));
    expect(stretch(d, 3, 'right').size).toBe(0);
  });
  it('fits what was typed onto the grid', () => {
    expect(fitted({ x: 20, y: -3, w: 30, h: 0 })).toEqual(at(0, 0, 24, 1));
    expect(fitted({ x: 20, y: 1, w: 8, h: 4 })).toEqual(at(16, 1, 8, 4));
  });
});

describe('rows', () => {
  it('move with what belongs to them', async () => {
    const d = await load([
      { id: 1, type: 'row', title: 'one', gridPos: at(0, 0, 24, 1) },
      { id: 2, type: 'stat', gridPos: at(0, 1, 12, 4) },
      { id: 3, type: 'row', title: 'two', gridPos: at(0, 5, 24, 1) },
      { id: 4, type: 'stat', gridPos: at(0, 6, 6, 2) },
    ]);
    const moved = moveSection(d, 3, -1);
    expect(moved.panels.map(({ id, gridPos }) => [id, gridPos.y])).toEqual([
      [3, 0],
      [4, 1],
      [1, 3],
      [2, 4],
    ]);
    expect(panelsOfRow(moved, 1).map(({ id }) => id)).toEqual([2]);
    expect(moveSection(d, 1, -1)).toBe(d);
  });
});
