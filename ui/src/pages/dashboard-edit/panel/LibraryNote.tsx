import { useState } from 'react';
import { changeLibraryPanel } from '../../../api/grafana/editing';
import { fetchLibraryElement } from '../../../api/grafana/dashboards';
import type { Panel } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { Notice } from '../../../parts/Notice';
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
