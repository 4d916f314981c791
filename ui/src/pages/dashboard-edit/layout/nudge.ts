// Panels moved and resized by keys: one column at a time sideways, past the next neighbour up and
// down, one cell at a time in size.

import type { Dashboard, GridPos, Panel } from '../../../dash/model';
import { COLUMNS } from '../../../dash/model/layout';

export type Direction = 'left' | 'right' | 'up' | 'down';

const LEAST_W = 2;
const LEAST_H = 2;

const across = (a: GridPos, b: GridPos): boolean => a.x < b.x + b.w && b.x < a.x + a.w;

/** The nearest that is in the way. */
function neighbour(panels: readonly Panel[], of: Panel, up: boolean): Panel | undefined {
  const { gridPos } = of;
  const others = panels.filter((one) => one.id !== of.id && across(one.gridPos, gridPos));
  return up
    ? others
        .filter((one) => one.gridPos.y < gridPos.y)
        .toSorted((a, b) => b.gridPos.y + b.gridPos.h - (a.gridPos.y + a.gridPos.h))[0]
    : others
        .filter((one) => one.gridPos.y > gridPos.y)
        .toSorted((a, b) => a.gridPos.y - b.gridPos.y)[0];
}

/** New places by id; empty where it cannot go there. */
export function nudge(
  dashboard: Pick<Dashboard, 'panels'>,
  id: number,
  direction: Direction,
): ReadonlyMap<number, GridPos> {
  const panel = dashboard.panels.find((one) => one.id === id);
  if (panel === undefined) return new Map();
  const { gridPos } = panel;
  if (direction === 'left' || direction === 'right') {
    const x = gridPos.x + (direction === 'left' ? -1 : 1);
    if (x < 0 || x + gridPos.w > COLUMNS) return new Map();
    return new Map([[id, { ...gridPos, x }]]);
  }
  const up = direction === 'up';
  const other = neighbour(dashboard.panels, panel, up);
  if (other === undefined) return new Map();
  const top = up ? other.gridPos.y : gridPos.y;
  const upper = up ? gridPos : other.gridPos;
  return up
    ? new Map([
        [id, { ...gridPos, y: top }],
        [other.id, { ...other.gridPos, y: top + upper.h }],
      ])
    : new Map([
        [other.id, { ...other.gridPos, y: top }],
        [id, { ...gridPos, y: top + upper.h }],
      ]);
}

/** Right and down grow, left and up shrink. */
export function stretch(
  dashboard: Pick<Dashboard, 'panels'>,
  id: number,
  direction: Direction,
): ReadonlyMap<number, GridPos> {
  const gridPos = dashboard.panels.find((one) => one.id === id)?.gridPos;
  if (gridPos === undefined) return new Map();
  const dw = direction === 'right' ? 1 : direction === 'left' ? -1 : 0;
  const dh = direction === 'down' ? 1 : direction === 'up' ? -1 : 0;
  const [w, h] = [gridPos.w + dw, gridPos.h + dh];
  if (w < LEAST_W || h < LEAST_H || gridPos.x + w > COLUMNS) return new Map();
  return new Map([[id, { ...gridPos, w, h }]]);
}

/** As someone typed it, made to fit. */
export function fitted({ x, y, w, h }: GridPos): GridPos {
  const width = Math.min(Math.max(Math.round(w), 1), COLUMNS);
  return {
    x: Math.min(Math.max(Math.round(x), 0), COLUMNS - width),
    y: Math.max(Math.round(y), 0),
    w: width,
    h: Math.min(Math.max(Math.round(h), 1), 200),
  };
}

export const placeInWords = ({ x, y, w, h }: GridPos): string =>
  `column ${x + 1}, row ${y + 1}, ${w} wide, ${h} high`;
