import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronRight,
  IconSettings,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { removeRow, setPanel, toggleRow } from '../../../dash/model/save';
import type { Panel } from '../../../dash/model';
import { AskDialog } from '../../../parts/AskDialog';
import { IconButton } from '../../../parts/IconButton';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { Toggles } from '../../../parts/Toggles';
import type { DashboardSession } from '../../dashboard/session';
import { moveSection, panelsOfRow } from './rows';
import styles from './layout.module.css';

export interface LayoutRowProps {
  session: DashboardSession;
  row: Panel;
  onWords: (words: string) => void;
}

export function LayoutRow({ session, row, onWords }: LayoutRowProps) {
  const [asking, setAsking] = useState<'settings' | 'remove' | null>(null);
  const name = row.title === '' ? 'the row' : `“${row.title}”`;
  const Sign = row.collapsed ? IconChevronRight : IconChevronDown;
  const move = (by: -1 | 1) => {
    session.edit((all) => moveSection(all, row.id, by));
    onWords(`${name} moved ${by < 0 ? 'up' : 'down'} with its panels`);
  };
  return (
    <div className={styles.row} data-drag>
      <button
        type="button"
        className={styles.rowName}
        aria-expanded={!row.collapsed}
        onClick={() => session.edit((all) => toggleRow(all, row.id))}
      >
        <Sign size={16} aria-hidden />
        {row.title === '' ? 'Row' : row.title}
        <span className={styles.dim}>{panelsOfRow(session.state.dashboard, row.id).length}</span>
      </button>
      <span className={styles.headSpace} />
      <IconButton aria-label={`Move ${name} up with its panels`} onClick={() => move(-1)}>
        <IconArrowUp size={16} />
      </IconButton>
      <IconButton aria-label={`Move ${name} down with its panels`} onClick={() => move(1)}>
        <IconArrowDown size={16} />
      </IconButton>
      <IconButton aria-label={`Settings of ${name}`} onClick={() => setAsking('settings')}>
        <IconSettings size={16} />
      </IconButton>
      <IconButton aria-label={`Remove ${name}`} onClick={() => setAsking('remove')}>
        <IconTrash size={16} />
      </IconButton>
      {asking === 'settings' && (
        <RowSettings session={session} row={row} onClose={() => setAsking(null)} />
      )}
      {asking === 'remove' && (
        <RemoveRow session={session} row={row} onClose={() => setAsking(null)} />
      )}
    </div>
  );
}

interface RowDialogProps {
  session: DashboardSession;
  row: Panel;
  onClose: () => void;
}

function RowSettings({ session, row, onClose }: RowDialogProps) {
  const [title, setTitle] = useState(row.title);
  const [repeat, setRepeat] = useState(row.repeat);
  const names = session.state.dashboard.variables.map(({ name }) => name);
  const known = [...new Set([...names, ...(row.repeat === '' ? [] : [row.repeat])])];
  return (
    <AskDialog
      title="Row"
      action="Change"
      onAct={() => {
        session.edit((all) => setPanel(all, { ...row, title, repeat }));
        return Promise.resolve(null);
      }}
      onClose={onClose}
    >
      <TextField
        label="Title"
        value={title}
        autoFocus
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Select
        label="Repeat for each value of"
        value={repeat}
        options={[
          { value: '', name: 'Not repeated' },
          ...known.map((name) => ({ value: name, name: `$${name}` })),
        ]}
        onChange={setRepeat}
      />
    </AskDialog>
  );
}

function RemoveRow({ session, row, onClose }: RowDialogProps) {
  const [all, setAll] = useState(false);
  const count = panelsOfRow(session.state.dashboard, row.id).length;
  return (
    <AskDialog
      title={`Remove the row “${row.title}”?`}
      words={`It has ${count} ${count === 1 ? 'panel' : 'panels'}; they stay unless you say otherwise.`}
      action="Remove"
      onAct={() => {
        session.edit((dashboard) => removeRow(dashboard, row.id, all), `Removed “${row.title}”`);
        return Promise.resolve(null);
      }}
      onClose={onClose}
    >
      <Toggles
        label="Also"
        items={[{ value: 'all', name: 'With its panels', on: all }]}
        onToggle={(_, on) => setAll(on)}
      />
    </AskDialog>
  );
}
