import {
  IconCheck,
  IconChartLine,
  IconClipboard,
  IconLayoutRows,
  IconBooks,
  IconPencil,
  IconPlus,
  IconSettings,
} from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { addRow } from '../../dash/model/save';
import { recall } from '../../lib/storage';
import { Button } from '../../parts/Button';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownItem } from '../../parts/DropdownItem';
import { IconButton } from '../../parts/IconButton';
import { useSessionState } from '../dashboard/context';
import type { DashboardSession } from '../dashboard/session';
import { addVisualization, paste, readCopied } from './adding';
import { UnsavedGuard } from './UnsavedGuard';
import { useEditing } from './useEditing';

const LibraryDialog = lazy(async () => ({
  default: (await import('./layout/LibraryDialog')).LibraryDialog,
}));

/** Beside the time range: lay out, add, settings. */
export function Tools({ session }: { readonly session: DashboardSession }) {
  const laying = useSessionState((state) => state.layoutEditing);
  const empty = useSessionState((state) => state.dashboard.panels.length === 0);
  const inside = useEditing();
  const [library, setLibrary] = useState(false);
  return (
    <>
      <UnsavedGuard session={session} />
      {!inside && (laying || empty) && (
        <AddMenu session={session} onLibrary={() => setLibrary(true)} />
      )}
      {!inside && (
        <Button
          variant="default"
          leftSection={laying ? <IconCheck size={16} /> : <IconPencil size={16} />}
          aria-pressed={laying}
          title={laying ? 'Stop moving panels' : 'Move, resize and add panels (e)'}
          onClick={() => session.store.set({ layoutEditing: !laying })}
        >
          {laying ? 'Done' : 'Edit'}
        </Button>
      )}
      {!inside && (
        <IconButton
          size={32}
          aria-label="Settings of the dashboard"
          title="Settings (d s)"
          onClick={() => session.onAddress({ editview: 'settings' })}
        >
          <IconSettings size={17} />
        </IconButton>
      )}
      {library && (
        <Suspense fallback={null}>
          <LibraryDialog session={session} onClose={() => setLibrary(false)} />
        </Suspense>
      )}
    </>
  );
}

interface AddMenuProps {
  session: DashboardSession;
  onLibrary: () => void;
}

function AddMenu({ session, onLibrary }: AddMenuProps) {
  const [copied, setCopied] = useState(false);
  return (
    <Dropdown
      label="Add"
      align="end"
      width={210}
      onOpen={() => setCopied(readCopied(recall('copied-panel')) !== null)}
      trigger={(trigger) => (
        <Button variant="default" leftSection={<IconPlus size={16} />} {...trigger}>
          Add
        </Button>
      )}
    >
      <DropdownItem icon={<IconChartLine size={16} />} onClick={() => addVisualization(session)}>
        Visualization
      </DropdownItem>
      <DropdownItem
        icon={<IconLayoutRows size={16} />}
        onClick={() => {
          session.edit((all) => addRow(all, 'New row'), 'Added a row');
          session.store.set({ layoutEditing: true });
        }}
      >
        Row
      </DropdownItem>
      <DropdownItem icon={<IconBooks size={16} />} onClick={onLibrary}>
        Library panel
      </DropdownItem>
      <DropdownItem
        icon={<IconClipboard size={16} />}
        disabled={!copied}
        onClick={() => void paste(session)}
      >
        Paste the copied panel
      </DropdownItem>
    </Dropdown>
  );
}
