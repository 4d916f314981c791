import { describe, expect, it } from 'vitest';
import type { Dashboard, GridPos, JsonObject, Panel } from '../model';
import { EMPTY_SCOPE, withValues, type ScopeValue } from '../variables/interpolate';
import { readAnnotation, readDashboard } from './dashboard';
import { compact, findPanel, flow, sectionsOf } from './layout';
import { expandRepeats, panelKey } from './repeat';
import {
  addAnnotation,
  addPanel,
  addRow,
  duplicatePanel,
  moveAnnotation,
  movePanels,
  moveVariable,
  newPanel,
  removeAnnotation,
  removePanel,
  removeRow,
  removeVariable,
  setPanel,
  setVariable,
  toggleRow,
} from './save';
import { EMPTY_VARIABLE } from './variable';

const panel = (
  id: number,
  x: number,
  y: number,
  w = 12,
  h = 4,
  more: JsonObject = {},
): JsonObject => ({
  id,
  type: 'timeseries',
  title: `P${id}`,
  gridPos: { x, y, w, h },
  ...more,
});
const row = (id: number, y: number, more: JsonObject = {}): JsonObject => ({
  ...panel(id, 0, y, 24, 1),
  type: 'row',
  ...more,
});
const board = (...panels: JsonObject[]): Dashboard =>
  readDashboard({ title: 'T', schemaVersion: 42, panels });

const places = (panels: readonly Panel[]) =>
  panels.map(({ id, gridPos: { x, y } }) => `${id}@${x},${y}`).join(' ');

function get(d: Dashboard, id: number): Panel {
  const found = findPanel(d, id);
  if (found === undefined) throw new Error(`no panel ${id}`);
  return found;
}

describe('the grid', () => {
  it('lets panels fall up until they meet something', () => {
    const d = board(panel(1, 0, 5), panel(2, 12, 9), panel(3, 0, 20, 24));
    expect(places(compact(d.panels))).toBe('1@0,0 2@12,0 3@0,4');
  });
  it('pushes apart what lies over each other', () => {
    const d = board(panel(1, 0, 0), panel(2, 6, 2), panel(3, 0, 3));
    expect(places(compact(d.panels))).toBe('1@0,0 2@6,4 3@0,8');
  });
  it('keeps panels below the row that they belong to', () => {
    const d = board(panel(1, 0, 0, 12, 8), row(2, 8), panel(3, 12, 9), row(4, 30));
    expect(places(compact(d.panels))).toBe('1@0,0 2@0,8 3@12,9 4@0,13');
  });
  it('keeps the object of what did not move', () => {
    const d = board(panel(1, 0, 0), panel(2, 12, 7));
    const placed = compact(d.panels);
    expect(placed[0]).toBe(d.panels[0]);
    expect(placed[1]).not.toBe(d.panels[1]);
  });
  it('can be filled from left to right', () => {
    const d = board(panel(1, 0, 0, 10, 4), panel(2, 0, 0, 10, 6), panel(3, 0, 0, 10, 4));
    expect(places(flow(d.panels, 2))).toBe('1@0,2 2@10,2 3@0,8');
  });
  it('has sections, of which what follows a closed row is none', () => {
    const d = board(
      panel(1, 0, 0),
      row(2, 4),
      panel(3, 0, 5),
      row(4, 9, { collapsed: true, panels: [panel(5, 0, 10)] }),
      panel(6, 0, 10),
    );
    expect(
      sectionsOf(d.panels).map((one) => [one.row?.id ?? null, one.panels.map(({ id }) => id)]),
    ).toEqual([
      [null, [1]],
      [2, [3]],
      [4, [5]],
      [null, [6]],
    ]);
  });
});

describe('repeats', () => {
  const value = (values: string[]): ScopeValue => ({
    values,
    texts: values.map((v) => v.toUpperCase()),
    list: true,
    all: false,
    allValue: null,
  });
  const scope = withValues(EMPTY_SCOPE, {
    job: value(['a', 'b', 'c']),
    one: value(['x']),
    none: value([]),
  });
  it('place a panel once for each value, in lines of so many', () => {
    const d = board(panel(1, 0, 0, 12, 4, { repeat: 'job', maxPerRow: 2 }), panel(2, 0, 4));
    const out = expandRepeats(d, scope);
    expect(places(out)).toBe('1@0,0 1@12,0 1@0,4 2@0,8');
    expect(out.map(panelKey)).toEqual(['panel-1', 'panel-1-clone-1', 'panel-1-clone-2', 'panel-2']);
    expect(out[1]?.scopedVars).toEqual({ job: { value: 'b', text: 'B' } });
    expect(out[0]?.gridPos.w).toBe(12);
  });
  it('or below each other', () => {
    const d = board(panel(1, 6, 0, 6, 4, { repeat: 'job', repeatDirection: 'v' }), panel(2, 0, 4));
    expect(places(expandRepeats(d, scope))).toBe('1@6,0 1@6,4 1@6,8 2@0,12');
  });
  it('fill the width where there is one value, and leave a panel be where there is none', () => {
    const wide = expandRepeats(board(panel(1, 0, 0, 6, 4, { repeat: 'one' })), scope);
    expect(wide.map(({ gridPos }) => gridPos.w)).toEqual([24]);
    const plain = expandRepeats(board(panel(1, 0, 0, 6, 4, { repeat: 'none' })), scope);
    expect(plain.map(({ gridPos, scopedVars }) => [gridPos.w, scopedVars])).toEqual([[6, {}]]);
  });
  it('of rows repeat all that is in them', () => {
    const d = board(
      row(1, 0, { repeat: 'job', title: '$job' }),
      panel(2, 0, 1),
      row(3, 5),
      panel(4, 0, 6),
    );
    const out = expandRepeats(d, scope);
    expect(places(out)).toBe('1@0,0 2@0,1 1@0,5 2@0,6 1@0,10 2@0,11 3@0,15 4@0,16');
    expect(out[3]?.scopedVars['job']?.value).toBe('b');
    expect(panelKey(out[3] ?? { id: 0 })).toBe('panel-2-clone-1');
  });
  it('of closed rows stay closed', () => {
    const d = board(row(1, 0, { repeat: 'job', collapsed: true, panels: [panel(2, 0, 1)] }));
    const out = expandRepeats(d, scope);
    expect(out.map(({ collapsed, panels }) => [collapsed, panels.length])).toEqual([
      [true, 1],
      [true, 1],
      [true, 1],
    ]);
    expect(out[2]?.panels[0]?.scopedVars['job']?.value).toBe('c');
  });
});

describe('the editor', () => {
  it('adds panels where there is room, or on top', () => {
    const d = board(panel(1, 0, 0), panel(2, 12, 0, 12, 8));
    expect(
      places(addPanel(d, newPanel('stat', { gridPos: { x: 0, y: 0, w: 6, h: 4 } })).panels),
    ).toBe('1@0,0 2@12,0 3@0,4');
    expect(places(addPanel(d, newPanel('stat')).panels)).toBe('1@0,0 2@12,0 3@0,4');
    expect(places(addPanel(d, newPanel('stat'), 'top').panels)).toBe('3@0,0 2@12,0 1@0,8');
  });
  it('changes and removes panels wherever they are', () => {
    const d = board(panel(1, 0, 0), row(2, 4, { collapsed: true, panels: [panel(3, 0, 5)] }));
    const changed = setPanel(d, { ...get(d, 3), title: 'New' });
    expect(get(changed, 3).title).toBe('New');
    expect(get(d, 3).title).toBe('P3');
    expect(findPanel(removePanel(d, 3), 3)).toBeUndefined();
    expect(places(removePanel(d, 1).panels)).toBe('2@0,0');
  });
  it('puts a copy beside the original or below it', () => {
    const d = board(panel(1, 0, 0, 12), panel(2, 12, 0, 12));
    expect(places(duplicatePanel(d, 2).panels)).toBe('1@0,0 2@12,0 3@12,4');
    expect(places(duplicatePanel(board(panel(1, 0, 0, 8)), 1).panels)).toBe('1@0,0 2@8,0');
    const inRow = board(row(2, 0, { collapsed: true, panels: [panel(3, 0, 1)] }));
    expect(get(duplicatePanel(inRow, 3), 2).panels).toHaveLength(2);
  });
  it('moves panels, and the others make room', () => {
    const d = board(panel(1, 0, 0), panel(2, 12, 0), panel(3, 0, 4));
    const at: GridPos = { x: 0, y: 0, w: 24, h: 4 };
    expect(places(movePanels(d, new Map([[1, at]])).panels)).toBe('1@0,0 3@0,4 2@12,4');
  });
  it('closes and opens rows with what is in them', () => {
    const d = board(row(1, 0), panel(2, 0, 1), panel(3, 12, 1, 12, 8), row(4, 9), panel(5, 0, 10));
    const closed = toggleRow(d, 1);
    expect(places(closed.panels)).toBe('1@0,0 4@0,1 5@0,2');
    expect(get(closed, 1).panels.map(({ id }) => id)).toEqual([2, 3]);
    expect(places(toggleRow(closed, 1).panels)).toBe(places(d.panels));
  });
  it('removes a row alone or with what is in it', () => {
    const d = board(row(1, 0, { collapsed: true, panels: [panel(2, 0, 1)] }), panel(3, 0, 1));
    expect(places(removePanel(d, 1).panels)).toBe('2@0,0 3@0,4');
    expect(places(removeRow(d, 1, true).panels)).toBe('3@0,0');
    expect(places(addRow(d, 'New').panels)).toBe('1@0,0 3@0,1 4@0,5');
  });
  it('keeps lists of variables and annotations', () => {
    const name = (n: string) => ({ ...EMPTY_VARIABLE, name: n });
    let d = setVariable(setVariable(board(), name('a')), name('b'));
    d = setVariable(moveVariable(d, 0, 5), name('c'), 'b');
    expect(d.variables.map((one) => one.name)).toEqual(['c', 'a']);
    expect(removeVariable(d, 'c').variables).toHaveLength(1);
    const built = readAnnotation({ name: 'Built', builtIn: 1 });
    const own = readAnnotation({ name: 'Own' });
    const notes = addAnnotation(addAnnotation(d, built), own);
    expect(removeAnnotation(notes, 0).annotations).toHaveLength(2);
    expect(removeAnnotation(notes, 1).annotations).toHaveLength(1);
    expect(moveAnnotation(notes, 1, 0).annotations.map((one) => one.name)).toEqual([
      'Own',
      'Built',
    ]);
  });
});
