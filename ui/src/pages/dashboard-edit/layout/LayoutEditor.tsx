import { useMemo, useRef, useState } from 'react';
import GridLayout, { type Layout } from 'react-grid-layout';
import { COLUMNS } from '../../../dash/model/layout';
import { movePanels } from '../../../dash/model/save';
import type { Panel } from '../../../dash/model';
import { useSessionState } from '../../dashboard/context';
import { cellsToPx, GAP_PX, NARROW_PX, ROW_PX } from '../../dashboard/layout';
import type { DashboardSession } from '../../dashboard/session';
import { useWidth } from '../../dashboard/useWidth';
import { EmptyDashboard } from './EmptyDashboard';
import { LayoutPanel } from './LayoutPanel';
import { LayoutRow } from './LayoutRow';
import styles from './layout.module.css';

export interface LayoutEditorProps {
  session: DashboardSession;
}

const GRID = {
  cols: COLUMNS,
  rowHeight: ROW_PX,
  margin: [GAP_PX, GAP_PX] as const,
  containerPadding: [0, 0] as const,
};
const DRAG = { enabled: true, handle: '[data-drag]', cancel: 'button:not([data-grip]), a, input' };
const RESIZE = { enabled: true, handles: ['se'] as const };

/** The panels as they are saved, without repeats; they are dragged, or moved by keys. */
export function LayoutEditor({ session }: LayoutEditorProps) {
  const panels = useSessionState((state) => state.dashboard.panels);
  const shown = useSessionState((state) => state.panels);
  const ready = useSessionState((state) => state.ready);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [words, setWords] = useState('');
  const layout = useMemo(() => panels.map(itemOf), [panels]);
  const byId = useMemo(
    () => new Map(shown.filter((one) => one.cloneKey === undefined).map((one) => [one.id, one])),
    [shown],
  );
  const narrow = width !== null && width < NARROW_PX;

  const settle = (next: Layout) => {
    const places = new Map(next.map(({ i, x, y, w, h }) => [Number(i), { x, y, w, h }] as const));
    const same = panels.every(({ id, gridPos }) => {
      const to = places.get(id);
      return (
        to === undefined ||
        (to.x === gridPos.x && to.y === gridPos.y && to.w === gridPos.w && to.h === gridPos.h)
      );
    });
    if (!same) session.edit((all) => movePanels(all, places));
  };

  if (panels.length === 0) return <EmptyDashboard session={session} />;
  return (
    <div ref={box} className={styles.sheet}>
      <p className="sr-only" role="status">
        {words}
      </p>
      {width !== null && (
        <GridLayout
          width={width}
          gridConfig={GRID}
          dragConfig={narrow ? { enabled: false } : DRAG}
          resizeConfig={narrow ? { enabled: false } : RESIZE}
          layout={layout}
          onDragStop={settle}
          onResizeStop={settle}
        >
          {panels.map((panel) => (
            <div key={String(panel.id)} className={styles.item}>
              {panel.type === 'row' ? (
                <LayoutRow session={session} row={panel} onWords={setWords} />
              ) : (
                <LayoutPanel
                  session={session}
                  panel={byId.get(panel.id) ?? panel}
                  ready={ready}
                  width={(width + GAP_PX) * (panel.gridPos.w / COLUMNS) - GAP_PX}
                  height={cellsToPx(panel.gridPos.h)}
                  onWords={setWords}
                />
              )}
            </div>
          ))}
        </GridLayout>
      )}
    </div>
  );
}

function itemOf(panel: Panel) {
  const { x, y, w, h } = panel.gridPos;
  const row = panel.type === 'row';
  return {
    i: String(panel.id),
    x,
    y,
    w,
    h,
    minW: 2,
    minH: row ? 1 : 2,
    isResizable: !row,
    ...(row ? { resizeHandles: [] } : {}),
    // An open row leads the panels below it: they would not go along.
    isDraggable: !row || panel.collapsed,
  };
}
