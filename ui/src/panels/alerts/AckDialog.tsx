import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { acknowledge } from '../../api/alerts';
import { recall, remember } from '../../lib/storage';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { Notice } from '../../parts/Notice';
import { TextArea } from '../../parts/TextArea';
import { TextField } from '../../parts/TextField';
import styles from '../../parts/AskDialog.module.css';

export interface AckDialogProps {
  name: string;
  fingerprint: string;
  onClose: () => void;
}

/** "I have seen it": quiet until the alert ends. */
export function AckDialog({ name, fingerprint, onClose }: AckDialogProps) {
  const client = useQueryClient();
  const [author, setAuthor] = useState(() => recall('author') ?? '');
  const [comment, setComment] = useState('');
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => acknowledge(fingerprint, author.trim(), comment.trim() || 'Acknowledged'),
    onSuccess: () => {
      remember('author', author.trim());
      void client.invalidateQueries({ queryKey: ['alerting'] });
      onClose();
    },
  });
  const missing = author.trim() === '';
  return (
    <Dialog label={`Acknowledge ${name}`} width={460} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!missing) save.mutate();
        }}
      >
        <h2 className={styles.title}>{`Acknowledge ${name}`}</h2>
        <p className={styles.words}>
          It is not told again until it ends. If it comes back, it is told anew.
        </p>
        <TextField
          label="Your name"
          autoFocus
          value={author}
          error={tried && missing ? 'Others must know who has it' : null}
          onChange={(event) => setAuthor(event.currentTarget.value)}
        />
        <TextArea
          label="Note"
          placeholder="I am looking into it"
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {save.error !== null && <Notice kind="error">{save.error.message}</Notice>}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Acknowledge
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
