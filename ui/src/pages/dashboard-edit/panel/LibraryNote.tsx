import { IconBooks } from '@tabler/icons-react';
import { useState } from 'react';
import { changeLibraryPanel, createLibraryPanel } from '../../../api/grafana/editing';
import { fetchLibraryElement } from '../../../api/grafana/dashboards';
import type { Panel } from '../../../dash/model';
import { AskDialog } from '../../../parts/AskDialog';
import { Button } from '../../../parts/Button';
import { Notice } from '../../../parts/Notice';
import { TextField } from '../../../parts/TextField';
import { libraryModel } from '../layout/libraryModel';
import styles from './panel.module.css';

export interface LibraryNoteProps {
  panel: Panel;
  onChange: (panel: Panel) => void;
}

/** A panel that several dashboards share: changes go to all of them, or it becomes one of its own. */
export function LibraryNote({ panel, onChange }: LibraryNoteProps) {
  const [words, setWords] = useState('');
  const library = panel.libraryPanel;
  if (library === null) return null;
  const save = async () => {
    const there = await fetchLibraryElement(library.uid);
    const answer = there.ok
      ? await changeLibraryPanel(library.uid, {
          name: library.name === '' ? there.data.name : library.name,
          model: libraryModel(panel),
          version: there.data.version,
        })
      : there;
    setWords(answer.ok ? 'Saved for every dashboard that has it.' : answer.message);
  };
  return (
    <Notice
      kind="info"
      title={`“${library.name}” is shared by several dashboards`}
      action={
        <div className={styles.noteTools}>
          <Button variant="default" size="xs" onClick={() => void save()}>
            Save to the library
          </Button>
          <Button
            variant="default"
            size="xs"
            onClick={() => onChange({ ...panel, libraryPanel: null })}
          >
            Unlink
          </Button>
        </div>
      }
    >
      {words === ''
        ? 'Saving the dashboard does not save this panel: save it to the library, or unlink it.'
        : words}
    </Notice>
  );
}

interface ToLibraryProps {
  panel: Panel;
  folderUid: string;
  onChange: (panel: Panel) => void;
}

/** Makes it one that other dashboards can have as well. */
export function ToLibrary({ panel, folderUid, onChange }: ToLibraryProps) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState(panel.title);
  if (panel.libraryPanel !== null) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconBooks size={16} />}
        onClick={() => {
          setName(panel.title);
          setOpen(true);
        }}
      >
        Add to the library
      </Button>
      {open && (
        <AskDialog
          title="Add this panel to the library"
          words="Other dashboards can have it then; a change in the library reaches all of them."
          action="Add"
          disabled={name.trim() === ''}
          onAct={async () => {
            const answer = await createLibraryPanel(name.trim(), folderUid, libraryModel(panel));
            if (!answer.ok) return answer.message;
            onChange({
              ...panel,
              libraryPanel: { uid: answer.data.result.uid, name: name.trim() },
            });
            return null;
          }}
          onClose={() => setOpen(false)}
        >
          <TextField
            label="Name"
            value={name}
            autoFocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </AskDialog>
      )}
    </>
  );
}
