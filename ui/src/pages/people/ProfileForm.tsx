import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { saveProfile } from '../../api/grafana/accounts';
import { settled } from '../../api/grafana/client';
import type { User } from '../../api/grafana/people';
import { Button } from '../../parts/Button';
import { Notice } from '../../parts/Notice';
import { TextField } from '../../parts/TextField';
import styles from './people.module.css';

export function ProfileForm({ user }: { user: User }) {
  const client = useQueryClient();
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const [login, setLogin] = useState(user.login);
  const save = useMutation({
    mutationFn: async () => settled(await saveProfile({ name, email, login })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['user'] }),
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextField label="Name" value={name} onChange={(e) => setName(e.currentTarget.value)} />
      <TextField
        label="E-mail"
        type="email"
        value={email}
        onChange={(e) => setEmail(e.currentTarget.value)}
      />
      <TextField
        label="User name"
        spellCheck={false}
        value={login}
        error={login.trim() === '' ? 'It cannot be empty.' : null}
        onChange={(e) => setLogin(e.currentTarget.value)}
      />
      {save.error !== null && <Notice kind="error" title={save.error.message} />}
      {save.isSuccess && <Notice kind="info" title="Saved" />}
      <div className={styles.buttons}>
        <Button type="submit" loading={save.isPending} disabled={login.trim() === ''}>
          Save
        </Button>
      </div>
    </form>
  );
}
