import {
  IconArrowsMove,
  IconCopy,
  IconPencil,
  IconRulerMeasure,
  IconTrash,
} from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { duplicatePanel, movePanels, removePanel } from '../../../dash/model/save';
import { findPanel } from '../../../dash/model/layout';
import type { Panel } from '../../../dash/model';
import { panelKey } from '../../../dash/model/repeat';
import { IconButton } from '../../../parts/IconButton';
import { PanelHost } from '../../dashboard/PanelHost';
import type { DashboardSession } from '../../dashboard/session';
import { nudge, placeInWords, stretch, type Direction } from './nudge';
import { PlaceDialog } from './PlaceDialog';
import styles from './layout.module.css';

export interface LayoutPanelProps {
  session: DashboardSession;
  /** As shown: with what a repeat set for the first of it. */
  panel: Panel;
  ready: boolean;
  width: number;
  height: number;
  onWords: (words: string) => void;
}

const KEYS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** A panel with what moves it: the whole of its head by pointer, the grip by keys. */
export function LayoutPanel({ session, panel, ready, width, height, onWords }: LayoutPanelProps) {
  const [placing, setPlacing] = useState(false);
  const name = panel.title === '' ? 'the panel' : `“${panel.title}”`;
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const direction = KEYS[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    const { dashboard } = session.state;
    const places = (event.shiftKey ? stretch : nudge)(dashboard, panel.id, direction);
    if (places.size === 0) {
      onWords('It cannot go further there.');
      return;
    }
    const grip = event.currentTarget;
    session.edit((all) => movePanels(all, places));
    // Panels stand in reading order; one that changed its turn would lose the focus.
    requestAnimationFrame(() => grip.focus());
    const now = findPanel(session.state.dashboard, panel.id);
    if (now !== undefined) onWords(`${name}: ${placeInWords(now.gridPos)}`);
  };
  return (
    <div className={styles.panel}>
      {ready && (
        <PanelHost
          panel={panel}
          panelKey={panelKey(panel)}
          width={width}
          height={height}
          visible
          alone
        />
      )}
      <div className={styles.head} data-drag>
        <IconButton
          data-grip
          size={28}
          aria-label={`Move ${name}: arrow keys; with Shift, resize it`}
          title="Drag, or press arrow keys; with Shift they resize"
          onKeyDown={onKey}
        >
          <IconArrowsMove size={16} />
        </IconButton>
        <IconButton
          aria-label={`Edit ${name}`}
          title="Edit"
          onClick={() => session.onAddress({ editPanel: panelKey(panel) })}
        >
          <IconPencil size={16} />
        </IconButton>
        <IconButton
          aria-label={`Place and size of ${name}`}
          title="Place and size"
          onClick={() => setPlacing(true)}
        >
          <IconRulerMeasure size={16} />
        </IconButton>
        <IconButton
          aria-label={`Duplicate ${name}`}
          title="Duplicate"
          onClick={() => session.edit((all) => duplicatePanel(all, panel.id), `Duplicated ${name}`)}
        >
          <IconCopy size={16} />
        </IconButton>
        <IconButton
          aria-label={`Remove ${name}`}
          title="Remove"
          onClick={() => session.edit((all) => removePanel(all, panel.id), `Removed ${name}`)}
        >
          <IconTrash size={16} />
        </IconButton>
      </div>
      {placing && (
        <PlaceDialog
          name={name}
          place={findPanel(session.state.dashboard, panel.id)?.gridPos ?? panel.gridPos}
          onPlace={(place) => session.edit((all) => movePanels(all, new Map([[panel.id, place]])))}
          onClose={() => setPlacing(false)}
        />
      )}
    </div>
  );
}
