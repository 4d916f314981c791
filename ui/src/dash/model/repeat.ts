// Panels and rows once for each value of a variable. Clones live only while a dashboard is shown:
// they are made of the dashboard as it is saved, each time the variable changes.

import type { Dashboard, GridPos, Panel, VariableOption } from '../model';
import type { VariableScope } from '../variables/interpolate';
import { bottomOf, COLUMNS, sectionsOf, type Section } from './layout';

const MAX_CLONES = 200;

/** What names a panel on a page: "panel-3", of a repeat "panel-3-clone-1". */
export function panelKey(panel: Pick<Panel, 'id' | 'cloneKey'>): string {
  return panel.cloneKey ?? `panel-${panel.id}`;
}

function optionsOf(scope: VariableScope, name: string): readonly VariableOption[] {
  const value = scope.get(name);
  if (value === undefined) return [];
  return value.values
    .slice(0, MAX_CLONES)
    .map((one, i) => ({ value: one, text: value.texts[i] ?? one }));
}

function cloneOf(panel: Panel, index: number, name: string, option: VariableOption): Panel {
  const scopedVars = { ...panel.scopedVars, [name]: option };
  if (index === 0) return { ...panel, scopedVars };
  return { ...panel, scopedVars, cloneKey: `${panelKey(panel)}-clone-${index}` };
}

function placeOf(panel: Panel, index: number, count: number): GridPos {
  const { x, y, w, h } = panel.gridPos;
  if (panel.repeatDirection === 'v') return { x, y: y + index * h, w, h };
  const columns = Math.min(count, panel.maxPerRow, COLUMNS);
  const width = Math.floor(COLUMNS / columns);
  const line = Math.floor(index / columns);
  return { x: (index % columns) * width, y: y + line * h, w: width, h };
}

/** Panels of one section, with what stands below a repeat moved down by what it grew. */
function repeatPanels(panels: readonly Panel[], scope: VariableScope): readonly Panel[] {
  const out: Panel[] = [];
  const grown: { readonly below: number; readonly by: number }[] = [];
  for (const panel of panels) {
    const down = grown.reduce((sum, one) => (panel.gridPos.y >= one.below ? sum + one.by : sum), 0);
    const moved =
      down === 0 ? panel : { ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y + down } };
    const options =
      panel.repeat === '' || panel.scopedVars[panel.repeat] !== undefined
        ? []
        : optionsOf(scope, panel.repeat);
    if (options.length === 0) {
      out.push(moved);
      continue;
    }
    const clones = options.map((option, i) => ({
      ...cloneOf(moved, i, panel.repeat, option),
      gridPos: placeOf(moved, i, options.length),
    }));
    out.push(...clones);
    const bottom = panel.gridPos.y + panel.gridPos.h;
    const by = bottomOf(clones) - (moved.gridPos.y + moved.gridPos.h);
    if (by > 0) grown.push({ below: bottom, by });
  }
  return out;
}

function shift(panels: readonly Panel[], by: number): readonly Panel[] {
  if (by === 0) return panels;
  return panels.map((panel) => ({
    ...panel,
    gridPos: { ...panel.gridPos, y: panel.gridPos.y + by },
  }));
}

/** The row and its panels as they stand for one value, from `top` on. */
function placeSection(section: Section, scope: VariableScope, top: number): readonly Panel[] {
  const { row } = section;
  const panels = repeatPanels(section.panels, scope);
  if (row === null) {
    const start = Math.min(...section.panels.map(({ gridPos }) => gridPos.y));
    return shift(panels, top - start);
  }
  const header = { ...row, gridPos: { x: 0, y: top, w: COLUMNS, h: 1 } };
  const body = shift(panels, top - row.gridPos.y);
  return row.collapsed ? [{ ...header, panels: body }] : [header, ...body];
}

/** All that is shown: rows and panels repeated, each clone with its value in `scopedVars`. */
export function expandRepeats(
  d: Pick<Dashboard, 'panels'>,
  scope: VariableScope,
): readonly Panel[] {
  const out: Panel[] = [];
  let top = 0;
  for (const section of sectionsOf(d.panels)) {
    const { row } = section;
    const options = row === null || row.repeat === '' ? [] : optionsOf(scope, row.repeat);
    const copies =
      row === null || options.length === 0
        ? [section]
        : options.map((option, i) => ({
            row: cloneOf(row, i, row.repeat, option),
            panels: section.panels.map((panel) => cloneOf(panel, i, row.repeat, option)),
          }));
    for (const copy of copies) {
      const placed = placeSection(copy, scope, top);
      out.push(...placed);
      top = Math.max(top, bottomOf(placed));
    }
  }
  return out;
}
