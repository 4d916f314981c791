// Where panels stand: a grid of 24 columns on which everything falls up until it meets something.
// Rows are panels of full width; what follows one until the next belongs to it.

import type { Dashboard, GridPos, Panel } from '../model';

export const COLUMNS = 24;

/** Top to bottom, left to right. */
export function byPlace(a: Panel, b: Panel): number {
  return a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x;
}

export function overlaps(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

export function bottomOf(panels: readonly Panel[]): number {
  return panels.reduce((most, { gridPos }) => Math.max(most, gridPos.y + gridPos.h), 0);
}

function settle(at: GridPos, placed: readonly GridPos[]): GridPos {
  const bottom = placed.reduce((most, one) => Math.max(most, one.y + one.h), 0);
  let y = Math.min(at.y, bottom);
  const free = (to: number) => !placed.some((one) => overlaps(one, { ...at, y: to }));
  while (y > 0 && free(y) && free(y - 1)) y--;
  // Nothing ever gives way upwards: what is in the way pushes down.
  for (;;) {
    const hit = placed.find((one) => overlaps(one, { ...at, y }));
    if (hit === undefined) return { ...at, y };
    y = hit.y + hit.h;
  }
}

/** Panels in their order, none over another, none with free space above it. */
export function compact(panels: readonly Panel[]): readonly Panel[] {
  const placed: GridPos[] = [];
  const found = new Map<Panel, GridPos>();
  // A row holds apart what is above it from what is below.
  let floor = 0;
  for (const panel of panels.toSorted(byPlace)) {
    const bottom = placed.reduce((most, one) => Math.max(most, one.y + one.h), 0);
    if (panel.type === 'row') {
      const gridPos = { x: 0, y: bottom, w: COLUMNS, h: 1 };
      placed.splice(0, placed.length, gridPos);
      floor = bottom + 1;
      found.set(panel, gridPos);
      continue;
    }
    const at = settle({ ...panel.gridPos, y: Math.max(panel.gridPos.y, floor) }, placed);
    placed.push(at);
    found.set(panel, at);
  }
  return panels.map((panel) => {
    const gridPos = found.get(panel) ?? panel.gridPos;
    const same = gridPos.y === panel.gridPos.y && gridPos.x === panel.gridPos.x;
    return same && gridPos.h === panel.gridPos.h ? panel : { ...panel, gridPos };
  });
}

/** Left to right in the order given, a new line where the next does not fit. */
export function flow(panels: readonly Panel[], top = 0): readonly Panel[] {
  let x = 0;
  let y = top;
  let height = 0;
  return panels.map((panel) => {
    const { w, h } = panel.gridPos;
    if (x + w > COLUMNS) {
      x = 0;
      y += height;
      height = 0;
    }
    const placed = { ...panel, gridPos: { x, y, w, h } };
    x += w;
    height = Math.max(height, h);
    return placed;
  });
}

export interface Section {
  /** Null: what stands before the first row. */
  readonly row: Panel | null;
  /** Of a closed row: what it holds. */
  readonly panels: readonly Panel[];
}

export function sectionsOf(panels: readonly Panel[]): readonly Section[] {
  const sections: { row: Panel | null; panels: Panel[] }[] = [];
  for (const panel of panels.toSorted(byPlace)) {
    if (panel.type === 'row') {
      sections.push({ row: panel, panels: panel.collapsed ? [...panel.panels] : [] });
      continue;
    }
    const last = sections.at(-1);
    // What stands after a closed row belongs to none.
    if (last === undefined || last.row?.collapsed === true)
      sections.push({ row: null, panels: [panel] });
    else last.panels.push(panel);
  }
  return sections;
}

export function rowsOf(d: Pick<Dashboard, 'panels'>): readonly Section[] {
  return sectionsOf(d.panels);
}

/** The lowest free place of this size below `top`. */
export function freePlace(panels: readonly Panel[], w: number, h: number, top: number): GridPos {
  const below = panels.filter(({ gridPos }) => gridPos.y + gridPos.h > top);
  const end = bottomOf(below);
  for (let y = top; y < end; y++) {
    for (let x = 0; x + w <= COLUMNS; x++) {
      const at = { x, y, w, h };
      const beside = below.some(({ gridPos }) => gridPos.y < y + h && gridPos.y + gridPos.h > y);
      if (beside && !below.some(({ gridPos }) => overlaps(gridPos, at))) return at;
    }
  }
  return { x: 0, y: Math.max(end, top), w, h };
}

/** Every panel, those of closed rows among them. */
export function allPanelsOf(d: Pick<Dashboard, 'panels'>): readonly Panel[] {
  return d.panels.flatMap((panel) => [panel, ...panel.panels]);
}

export function findPanel(d: Pick<Dashboard, 'panels'>, id: number): Panel | undefined {
  return allPanelsOf(d).find((panel) => panel.id === id);
}
