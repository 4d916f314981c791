import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { putContactPoint, type ContactPoint, type ContactType } from '../../api/grafana/contacts';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { Notice } from '../../parts/Notice';
import { ContactForm } from './ContactForm';
import { contactBody, contactDraft, contactProblems } from './model/contact';
import { ContactTest, useContactTest } from './ContactTest';
import styles from './alerting.module.css';

export interface ContactDialogProps {
  /** null makes a new one. */
  point: ContactPoint | null;
  types: readonly ContactType[];
  onClose: () => void;
  onSaved?: (name: string) => void;
}

/** A contact point: its fields, a test of them as they are typed, and saving. */
export function ContactDialog({ point, types, onClose, onSaved }: ContactDialogProps) {
  const [draft, setDraft] = useState(() => contactDraft(point, types));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const client = useQueryClient();
  const test = useContactTest();
  const type = types.find((one) => one.type === draft.type);
  const problems = contactProblems(draft, type);
  const locked = point?.provenance === 'file';
  const fine = Object.keys(problems).length === 0;
  const title = point === null ? 'New contact point' : point.name;

  const save = async () => {
    setTried(true);
    if (!fine || locked) return;
    setBusy(true);
    const answer = await putContactPoint(contactBody(draft, type));
    setBusy(false);
    setError(answer.ok ? null : answer.message);
    if (!answer.ok) return;
    await client.invalidateQueries({ queryKey: ['managed'] });
    onSaved?.(draft.name.trim());
    onClose();
  };
  return (
    <Dialog label={title} width={620} onClose={onClose}>
      <form
        className={styles.dialog}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          void save();
        }}
      >
        <h2 className={styles.dialogTitle}>{title}</h2>
        {locked && (
          <Notice kind="info" title="This one comes from a provisioning file">
            Change it under <code>provisioning/alerting</code>; it is read again when the server
            starts, or on a reload.
          </Notice>
        )}
        <ContactForm {...{ draft, types, problems, tried, locked }} onChange={setDraft} />
        {error !== null && (
          <Notice kind="error" title="It was not saved">
            {error}
          </Notice>
        )}
        <ContactTest test={test} />
        <div className={styles.buttons}>
          <Button
            variant="default"
            className={styles.left}
            loading={test.isPending}
            onClick={() => {
              setTried(true);
              if (fine) test.mutate(contactBody(draft, type));
            }}
          >
            Send a test
          </Button>
          <Button variant="default" onClick={onClose}>
            {locked ? 'Close' : 'Cancel'}
          </Button>
          {!locked && (
            <Button type="submit" loading={busy}>
              {point === null ? 'Add' : 'Save'}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
