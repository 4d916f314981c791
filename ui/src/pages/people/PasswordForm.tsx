import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { settled } from '../../api/grafana/client';
import { changePassword } from '../../api/grafana/session';
import { Button } from '../../parts/Button';
import { Notice } from '../../parts/Notice';
import { TextField } from '../../parts/TextField';
import styles from './people.module.css';

export function PasswordForm() {
  const client = useQueryClient();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const save = useMutation({
    mutationFn: async () => settled(await changePassword(old, next)),
    onSuccess: () => {
      setOld('');
      setNext('');
      setAgain('');
      return client.invalidateQueries({ queryKey: ['user'] });
    },
  });
  const differs = again !== '' && again !== next;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextField
        label="The one you have"
        type="password"
        autoComplete="current-password"
        value={old}
        onChange={(e) => setOld(e.currentTarget.value)}
      />
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        value={next}
        error={next !== '' && next.length < 4 ? 'At least 4 characters.' : null}
        onChange={(e) => setNext(e.currentTarget.value)}
      />
      <TextField
        label="New password again"
        type="password"
        autoComplete="new-password"
        value={again}
        error={differs ? 'The two are not the same.' : null}
        onChange={(e) => setAgain(e.currentTarget.value)}
      />
      {save.error !== null && <Notice kind="error" title={save.error.message} />}
      {save.isSuccess && <Notice kind="info" title="Changed; other sessions have ended" />}
      <div className={styles.buttons}>
        <Button
          type="submit"
          loading={save.isPending}
          disabled={old === '' || next.length < 4 || again !== next}
        >
          Change it
        </Button>
      </div>
    </form>
  );
}
