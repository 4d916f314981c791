import { useEffect, useMemo, useRef } from 'react';
import { panelKey } from '../../dash/model/repeat';
import { useSession, useSessionState } from './context';
import { layOut } from './layout';
import { PanelSlot } from './PanelSlot';
import { RowHeader } from './RowHeader';
import { useSeen } from './useSeen';
import { useWidth } from './useWidth';
import styles from './dashboard.module.css';

/** All panels where they were put. Rooms are reserved before anything in them is there. */
export function Grid() {
  const session = useSession();
  const panels = useSessionState((state) => state.panels);
  const rows = useSessionState((state) => state.rows);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [watch, visible] = useSeen();
  const sheet = useMemo(
    () =>
      width === null
        ? null
        : layOut(panels, {
            width,
            keyOf: panelKey,
            isOpen: (row) => rows.get(panelKey(row)) ?? !row.collapsed,
          }),
    [panels, rows, width],
  );
  const placed = sheet !== null;
  useEffect(() => {
    // Back from one panel: where one was before.
    if (placed && session.scrollTop > 0) window.scrollTo(0, session.scrollTop);
  }, [placed, session]);

  return (
    <div ref={box} className={styles.grid} style={{ height: sheet?.height ?? 0 }}>
      {sheet?.placed.map(({ panel, key, left, top, width: w, height }) =>
        panel.type === 'row' ? (
          <RowHeader key={key} row={panel} rowKey={key} top={top} />
        ) : (
          <PanelSlot
            key={key}
            panel={panel}
            panelKey={key}
            left={left}
            top={top}
            width={w}
            height={height}
            watch={watch}
            visible={visible.has(key)}
          />
        ),
      )}
    </div>
  );
}
