import { useState } from 'react';
import { loadDashboard } from '../../../dash/model/load';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { CopyButton } from '../../../parts/CopyButton';
import { Notice } from '../../../parts/Notice';
import { TextArea } from '../../../parts/TextArea';
import { useSessionState } from '../../dashboard/context';
import { savedJson } from '../save/saving';
import { readJson } from './jsonPosition';
import type { SettingsPartProps } from './Settings';
import styles from './settings.module.css';

/** The dashboard as text. What is written here is what is shown, once it is applied. */
export function JsonView({ session }: SettingsPartProps) {
  const dashboard = useSessionState((state) => state.dashboard);
  const written = JSON.stringify(savedJson(dashboard), null, 2);
  const [text, setText] = useState(written);
  const [given, setGiven] = useState(written);
  const [notes, setNotes] = useState<readonly string[]>([]);
  if (given !== written) {
    setGiven(written);
    setText(written);
  }
  const read = readJson(text);
  const apply = async () => {
    if (!read.ok) return;
    const loaded = await loadDashboard(read.value);
    const { id, uid, version } = session.state.dashboard;
    setNotes(loaded.notes.map((note) => `${note.where}: ${note.text}`));
    session.edit(() => ({ ...loaded.dashboard, id, uid, version }), 'Applied the JSON');
  };
  return (
    <Card title="JSON of the dashboard">
      <div className={styles.form}>
        <TextArea
          label="Model"
          code
          rows={28}
          spellCheck={false}
          value={text}
          error={read.ok ? null : read.message}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {notes.length > 0 && (
          <Notice kind="warning" title="Not everything could be taken over">
            <ul>
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </Notice>
        )}
        <div className={styles.line}>
          <Button disabled={!read.ok || text === written} onClick={() => void apply()}>
            Apply
          </Button>
          <Button variant="default" disabled={text === written} onClick={() => setText(written)}>
            Undo
          </Button>
          <CopyButton text={text} />
        </div>
      </div>
    </Card>
  );
}
