import { useEffect, useRef } from 'react';
import { useSessionState } from './context';
import { findPanel } from './findPanel';
import { PanelHost } from './PanelHost';
import { EmptyState } from '../../parts/EmptyState';
import { Button } from '../../parts/Button';
import { useSize } from '../../viz/shared/useSize';
import { useSession } from './context';
import styles from './dashboard.module.css';

export interface SoloPanelProps {
  panelKey: string;
  /** Nothing beside it: for other people's pages. */
  alone?: boolean;
}

/** One panel as large as the window allows. */
export function SoloPanel({ panelKey, alone = false }: SoloPanelProps) {
  const session = useSession();
  const panels = useSessionState((state) => state.panels);
  const ready = useSessionState((state) => state.ready);
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const panel = findPanel(panels, panelKey);
  useEffect(() => {
    window.scrollTo(0, 0);
  }, []);
  return (
    <div ref={box} className={styles.solo} data-alone={alone || undefined}>
      {panel === undefined && ready && (
        <EmptyState
          title={`This dashboard has no panel ${panelKey.replace(/^panel-/, '')}.`}
          action={
            alone ? undefined : (
              <Button onClick={() => session.onAddress({ viewPanel: '' })}>
                Back to the dashboard
              </Button>
            )
          }
        />
      )}
      {panel !== undefined && size !== null && size.width > 0 && (
        <PanelHost
          panel={panel}
          panelKey={panelKey}
          width={size.width}
          height={size.height}
          visible
          alone={alone}
        />
      )}
    </div>
  );
}
