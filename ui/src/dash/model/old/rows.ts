// Schema 16: rows of panels, twelve columns wide, became places on a grid of 24. A panel takes the
// left edge of the free columns that reach the right border of its row, else it goes below.

import { draft, drafts, flag, number, remove, text, type Draft, type DraftValue } from '../json';

const CELL_PX = 38;
const MIN_PX = 90;
const DEFAULT_PX = 250;
const COLUMNS = 24;

function cells(height: DraftValue | undefined): number {
  const px = typeof height === 'string' ? Number.parseInt(height, 10) : number(height);
  const sound = px === undefined || Number.isNaN(px) || px === 0 ? DEFAULT_PX : px;
  return Math.ceil(Math.max(sound, MIN_PX) / CELL_PX);
}

/** Where the next panel of a row goes; heights are counted from the row's top. */
class RowArea {
  private filled: number[] = [];

  constructor(
    private readonly height: number,
    private top: number,
  ) {
    this.clear();
  }

  place(width: number, height: number): { x: number; y: number } {
    let x = this.freeEdge();
    if (COLUMNS - x < width) {
      this.top += this.height;
      this.clear();
      x = 0;
    }
    const y = Math.max(...this.filled.slice(x, x + width), 0);
    for (let i = x; i < Math.min(x + width, COLUMNS); i++) this.filled[i] = y + height;
    return { x, y: this.top + y };
  }

  private clear(): void {
    this.filled = Array.from({ length: COLUMNS }, () => 0);
  }

  /** Leftmost column from which on all are free to the right, and none is higher than its right. */
  private freeEdge(): number {
    let edge = COLUMNS;
    let right = Infinity;
    for (let i = COLUMNS - 1; i >= 0; i--) {
      const filled = this.filled[i] ?? 0;
      if (filled >= this.height || filled > right) break;
      edge = i;
      right = filled;
    }
    return edge;
  }
}

function rowPanel(row: Draft, y: number): Draft {
  const repeat = text(row['repeat']);
  return {
    type: 'row',
    title: text(row['title']),
    collapsed: flag(row['collapse']) || flag(row['collapsed']),
    ...(repeat === '' ? {} : { repeat }),
    panels: [],
    gridPos: { x: 0, y, w: COLUMNS, h: 1 },
  };
}

export function layRows(spec: Draft): void {
  const rows = drafts(spec['rows']);
  const { panels: flat } = spec;
  remove(spec, 'rows');
  if (rows.length === 0) return;
  const shown = rows.some(
    (row) => flag(row['collapse']) || flag(row['showTitle']) || text(row['repeat']) !== '',
  );
  const out: Draft[] = [];
  let y = 0;
  for (const row of rows) {
    if (row['repeatIteration'] !== undefined && row['repeatIteration'] !== null) continue;
    const height = cells(row['height']);
    const header = shown ? rowPanel(row, y) : null;
    if (header !== null) {
      out.push(header);
      y++;
    }
    const closed = header?.['collapsed'] === true;
    const placed = layRow(drafts(row['panels']), height, y);
    if (header !== null && closed) {
      header['panels'] = placed;
    } else {
      out.push(...placed);
      const bottoms = placed.map((panel) => bottomOf(panel));
      y = Math.max(y + (placed.length === 0 ? 0 : height), ...bottoms);
    }
  }
  spec['panels'] = [...out, ...drafts(flat)];
}

function bottomOf(panel: Draft): number {
  const grid = draft(panel['gridPos']);
  return (number(grid['y']) ?? 0) + (number(grid['h']) ?? 0);
}

function layRow(panels: readonly Draft[], rowHeight: number, top: number): Draft[] {
  const area = new RowArea(rowHeight, top);
  for (const panel of panels) {
    const span = number(panel['span']) ?? 4;
    const w = Math.min(Math.max(Math.floor(span === 0 ? 4 : span), 1) * 2, COLUMNS);
    const own = panel['height'];
    const h = own === undefined || own === null || own === '' ? rowHeight : cells(own);
    panel['gridPos'] = { ...area.place(w, h), w, h };
    const minSpan = number(panel['minSpan']);
    if (minSpan !== undefined) panel['minSpan'] = Math.min(minSpan * 2, COLUMNS);
    remove(panel, 'span', 'height');
  }
  return [...panels];
}
