// The way back to JSON, and the editor's changes. Every change is a new dashboard; nothing is
// written on.

import type { AnnotationQuery, Dashboard, GridPos, JsonObject, Panel, Variable } from '../model';
import { writeDashboard } from './dashboard';
import {
  allPanelsOf,
  bottomOf,
  byPlace,
  COLUMNS,
  compact,
  findPanel,
  freePlace,
  sectionsOf,
} from './layout';
import { DEFAULT_GRID, EMPTY_PANEL } from './panel';

/** At our schema, with every key that nobody here knows; what was not changed stays as it was read. */
export function toJson(dashboard: Dashboard): JsonObject {
  return writeDashboard(dashboard);
}

export function nextPanelId(d: Dashboard): number {
  return allPanelsOf(d).reduce((most, { id }) => Math.max(most, id), 0) + 1;
}

function withPanels(d: Dashboard, panels: readonly Panel[]): Dashboard {
  return { ...d, panels: compact(panels).toSorted(byPlace) };
}

/** "end": where there is room in the last section; "top": before everything else. */
export function addPanel(d: Dashboard, panel: Panel, where: 'end' | 'top' = 'end'): Dashboard {
  const id = nextPanelId(d);
  const { w, h } = panel.gridPos;
  if (where === 'top') {
    const below = d.panels.map((one) => ({
      ...one,
      gridPos: { ...one.gridPos, y: one.gridPos.y + h },
    }));
    return withPanels(d, [{ ...panel, id, gridPos: { x: 0, y: 0, w, h } }, ...below]);
  }
  const rows = d.panels.filter(({ type }) => type === 'row');
  const top = bottomOf(rows);
  return withPanels(d, [...d.panels, { ...panel, id, gridPos: freePlace(d.panels, w, h, top) }]);
}

export function newPanel(type: string, more: Partial<Panel> = {}): Panel {
  return { ...EMPTY_PANEL, type, title: 'New panel', gridPos: DEFAULT_GRID, ...more };
}

/** Takes the place of the one with its id. */
export function setPanel(d: Dashboard, panel: Panel): Dashboard {
  const swap = (one: Panel): Panel => {
    if (one.id === panel.id) return panel;
    return one.panels.length === 0 ? one : { ...one, panels: one.panels.map(swap) };
  };
  return { ...d, panels: d.panels.map(swap) };
}

/** Of a row only the row: what it held stays. See `removeRow`. */
export function removePanel(d: Dashboard, id: number): Dashboard {
  const target = findPanel(d, id);
  if (target?.type === 'row') return removeRow(d, id, false);
  const panels = d.panels
    .filter((panel) => panel.id !== id)
    .map((panel) =>
      panel.panels.some((child) => child.id === id)
        ? { ...panel, panels: panel.panels.filter((child) => child.id !== id) }
        : panel,
    );
  return withPanels(d, panels);
}

export function removeRow(d: Dashboard, id: number, withItsPanels: boolean): Dashboard {
  // Before it is opened: what follows a closed row would join it.
  const section = sectionsOf(d.panels).find(({ row }) => row?.id === id);
  const open = setRowOpen(d, id, true);
  const gone = new Set([id]);
  if (withItsPanels) for (const panel of section?.panels ?? []) gone.add(panel.id);
  return withPanels(
    open,
    open.panels.filter((panel) => !gone.has(panel.id)),
  );
}

/** Beside the original where there is room, else below it. */
export function duplicatePanel(d: Dashboard, id: number): Dashboard {
  const original = findPanel(d, id);
  if (original === undefined || original.type === 'row') return d;
  const { x, y, w, h } = original.gridPos;
  const beside = x + 2 * w <= COLUMNS;
  const gridPos = beside ? { x: x + w, y, w, h } : { x, y: y + h, w, h };
  const copy = { ...original, id: nextPanelId(d), gridPos, raw: { ...original.raw } };
  const holder = d.panels.find((panel) => panel.panels.some((child) => child.id === id));
  if (holder !== undefined) return setPanel(d, { ...holder, panels: [...holder.panels, copy] });
  return withPanels(d, [...d.panels, copy]);
}

/** New places by id; all else makes room and closes up. */
export function movePanels(d: Dashboard, places: ReadonlyMap<number, GridPos>): Dashboard {
  return withPanels(
    d,
    d.panels.map((panel) => {
      const gridPos = places.get(panel.id);
      return gridPos === undefined ? panel : { ...panel, gridPos };
    }),
  );
}

export function addRow(d: Dashboard, title: string): Dashboard {
  const row = newPanel('row', {
    id: nextPanelId(d),
    title,
    gridPos: { x: 0, y: bottomOf(d.panels), w: COLUMNS, h: 1 },
  });
  return withPanels(d, [...d.panels, row]);
}

export function toggleRow(d: Dashboard, id: number): Dashboard {
  const row = findPanel(d, id);
  return row === undefined ? d : setRowOpen(d, id, row.collapsed);
}

function setRowOpen(d: Dashboard, id: number, open: boolean): Dashboard {
  const row = d.panels.find((panel) => panel.id === id && panel.type === 'row');
  if (row === undefined || row.collapsed === !open) return d;
  const top = row.gridPos.y + 1;
  if (!open) {
    const section = sectionsOf(d.panels).find((one) => one.row?.id === id);
    const children = section?.panels ?? [];
    const held = new Set(children.map((panel) => panel.id));
    const rest = d.panels.filter((panel) => !held.has(panel.id));
    return withPanels(
      d,
      rest.map((panel) =>
        panel.id === id ? { ...row, collapsed: true, panels: children } : panel,
      ),
    );
  }
  const first = Math.min(...row.panels.map(({ gridPos }) => gridPos.y));
  const children = row.panels.map((panel) => ({
    ...panel,
    gridPos: { ...panel.gridPos, y: panel.gridPos.y - first + top },
  }));
  const height = Math.max(0, bottomOf(children) - top);
  const others = d.panels.map((panel) => {
    if (panel.id === id) return { ...row, collapsed: false, panels: [] };
    const { gridPos } = panel;
    return gridPos.y < top ? panel : { ...panel, gridPos: { ...gridPos, y: gridPos.y + height } };
  });
  return withPanels(d, [...others, ...children]);
}

/** At the end, or in place of the one that had this name. */
export function setVariable(d: Dashboard, variable: Variable, name = variable.name): Dashboard {
  const there = d.variables.some((one) => one.name === name);
  const variables = there
    ? d.variables.map((one) => (one.name === name ? variable : one))
    : [...d.variables, variable];
  return { ...d, variables };
}

export function removeVariable(d: Dashboard, name: string): Dashboard {
  return { ...d, variables: d.variables.filter((one) => one.name !== name) };
}

function moved<T>(items: readonly T[], from: number, to: number): readonly T[] {
  const item = items[from];
  if (item === undefined) return items;
  const rest = items.toSpliced(from, 1);
  return rest.toSpliced(Math.min(Math.max(to, 0), rest.length), 0, item);
}

export function moveVariable(d: Dashboard, from: number, to: number): Dashboard {
  return { ...d, variables: moved(d.variables, from, to) };
}

export function addAnnotation(d: Dashboard, query: AnnotationQuery): Dashboard {
  return { ...d, annotations: [...d.annotations, query] };
}

export function setAnnotation(d: Dashboard, index: number, query: AnnotationQuery): Dashboard {
  return { ...d, annotations: d.annotations.map((one, i) => (i === index ? query : one)) };
}

/** The built-in one stays. */
export function removeAnnotation(d: Dashboard, index: number): Dashboard {
  return {
    ...d,
    annotations: d.annotations.filter((one, i) => i !== index || one.builtIn),
  };
}

export function moveAnnotation(d: Dashboard, from: number, to: number): Dashboard {
  return { ...d, annotations: moved(d.annotations, from, to) };
}
