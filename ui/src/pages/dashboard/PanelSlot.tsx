import { memo, useEffect, useRef, useState } from 'react';
import type { Panel } from '../../dash/model';
import { PanelHost } from './PanelHost';
import styles from './dashboard.module.css';

export interface PanelSlotProps {
  panel: Panel;
  panelKey: string;
  left: number;
  top: number;
  width: number;
  height: number;
  /** Begins to say of an element whether it is in view; gives back how to stop. */
  watch: (key: string, element: Element) => () => void;
  visible: boolean;
}

/** The room of a panel. What is in it comes when it is first seen, and stays. */
export const PanelSlot = memo(function PanelSlot(props: PanelSlotProps) {
  const { panel, panelKey, left, top, width, height, watch, visible } = props;
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(visible);
  if (visible && !seen) setSeen(true);
  useEffect(() => {
    if (box.current === null) return;
    return watch(panelKey, box.current);
  }, [watch, panelKey]);
  return (
    <div ref={box} className={styles.slot} style={{ left, top, width, height }}>
      {seen ? (
        <PanelHost
          panel={panel}
          panelKey={panelKey}
          width={width}
          height={height}
          visible={visible}
        />
      ) : (
        <div className={styles.room} />
      )}
    </div>
  );
});
