import { useState, type SubmitEvent } from 'react';
import { changePassword } from '../../api/grafana/session';
import { Button } from '../../parts/Button';
import { Notice } from '../../parts/Notice';
import { TextField } from '../../parts/TextField';
import styles from './login.module.css';

const LEAST = 4;

export interface PasswordStepProps {
  oldPassword: string;
  onDone: () => void;
}

/** After the first sign-in with the password that everybody knows. */
export function PasswordStep({ oldPassword, onDone }: PasswordStepProps) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const wrong =
    password.length < LEAST
      ? `At least ${LEAST} characters.`
      : password === oldPassword
        ? 'That is the one you have.'
        : null;
  const differs = again !== password ? 'The two are not the same.' : null;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong !== null || differs !== null) return;
    setBusy(true);
    const answer = await changePassword(oldPassword, password);
    setBusy(false);
    if (answer.ok) onDone();
    else setError(answer.message);
  };

  return (
    <>
      <p className={styles.hint}>
        You signed in with the password that every new server has. Anyone who can reach this page
        knows it too.
      </p>
      {error !== null && <Notice kind="error" title={error} />}
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          autoFocus
          value={password}
          error={tried || password.length >= LEAST ? wrong : null}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <TextField
          label="New password again"
          type="password"
          autoComplete="new-password"
          value={again}
          error={tried ? differs : null}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} className={styles.submit}>
          Save and go on
        </Button>
        <Button variant="default" className={styles.submit} onClick={onDone}>
          Skip
        </Button>
      </form>
    </>
  );
}
