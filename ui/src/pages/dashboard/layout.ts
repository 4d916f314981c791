// Where panels stand: 24 columns, rows of 30 px with 8 px between, as everyone's dashboards were
// drawn. Rows that are closed take their panels out; what is below moves up.

import { COLUMNS, sectionsOf } from '../../dash/model/layout';
import type { Panel } from '../../dash/model';

export const ROW_PX = 30;
export const GAP_PX = 8;
/** Below this width every panel takes the whole of it. */
export const NARROW_PX = 769;

export interface Placed {
  readonly panel: Panel;
  readonly key: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Sheet {
  readonly placed: readonly Placed[];
  readonly height: number;
}

export function cellsToPx(h: number): number {
  return Math.max(h * ROW_PX + (h - 1) * GAP_PX, 0);
}

interface Cell {
  readonly panel: Panel;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function overlaps(a: Cell, b: Cell): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Each as far up as those above it let it: no holes where a panel was taken out. */
function compact(cells: readonly Cell[]): readonly Cell[] {
  const done: Cell[] = [];
  const sorted = cells.toSorted((a, b) => a.y - b.y || a.x - b.x);
  for (const cell of sorted) {
    const near = done.filter((other) => other.x < cell.x + cell.w && cell.x < other.x + other.w);
    let y = Math.min(
      cell.y,
      near.reduce((most, one) => Math.max(most, one.y + one.h), 0),
    );
    while (near.some((other) => overlaps({ ...cell, y }, other))) y++;
    done.push({ ...cell, y });
  }
  return done;
}

function cellOf(panel: Panel): Cell {
  const w = Math.min(Math.max(Math.round(panel.gridPos.w), 1), COLUMNS);
  const x = Math.min(Math.max(Math.round(panel.gridPos.x), 0), COLUMNS - w);
  return { panel, x, y: panel.gridPos.y, w, h: Math.max(Math.round(panel.gridPos.h), 1) };
}

/** In the order in which people read: also that of a narrow screen, and of the Tab key. */
function readingOrder(cells: readonly Cell[]): readonly Cell[] {
  return cells.toSorted((a, b) => a.y - b.y || a.x - b.x);
}

export interface LayoutOptions {
  readonly width: number;
  readonly keyOf: (panel: Panel) => string;
  readonly isOpen: (row: Panel) => boolean;
}

export function layOut(panels: readonly Panel[], options: LayoutOptions): Sheet {
  const { width, keyOf, isOpen } = options;
  const narrow = width < NARROW_PX;
  const placed: Placed[] = [];
  const column = (width + GAP_PX) / COLUMNS;
  let top = 0;
  const put = (panel: Panel, left: number, y: number, w: number, height: number) =>
    placed.push({
      panel,
      key: keyOf(panel),
      left: Math.round(left),
      top: y,
      width: Math.round(left + w) - Math.round(left),
      height,
    });

  for (const { row, panels: inside } of sectionsOf(panels)) {
    if (row !== null) {
      put(row, 0, top, width, ROW_PX);
      top += ROW_PX + GAP_PX;
      if (!isOpen(row)) continue;
    }
    const cells = inside.map(cellOf);
    if (narrow) {
      for (const { panel, h } of readingOrder(cells)) {
        const height = cellsToPx(h);
        put(panel, 0, top, width, height);
        top += height + GAP_PX;
      }
      continue;
    }
    const base = cells.reduce((least, one) => Math.min(least, one.y), Infinity);
    let bottom = 0;
    const settled = compact(cells.map((one) => ({ ...one, y: one.y - base })));
    for (const { panel, x, y, w, h } of readingOrder(settled)) {
      const px = y * (ROW_PX + GAP_PX);
      put(panel, x * column, top + px, w * column - GAP_PX, cellsToPx(h));
      bottom = Math.max(bottom, px + cellsToPx(h) + GAP_PX);
    }
    top += bottom;
  }
  return { placed, height: Math.max(top - GAP_PX, 0) };
}
