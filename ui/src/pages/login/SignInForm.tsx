import { useState, type SubmitEvent } from 'react';
import { basePath } from '../../api/client';
import { signIn, type LoginOptions } from '../../api/grafana/session';
import { Button } from '../../parts/Button';
import { Notice } from '../../parts/Notice';
import { TextField } from '../../parts/TextField';
import styles from './login.module.css';

export interface SignInFormProps {
  /** undefined: not here yet; the form works without. */
  options: LoginOptions | undefined;
  target: string;
  onSignedIn: (password: string) => Promise<void>;
}

export function SignInForm({ options, target, onSignedIn }: SignInFormProps) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setMissing(user === '' || password === '');
    if (user === '' || password === '') return;
    setBusy(true);
    setError(null);
    try {
      const answer = await signIn(user, password);
      if (answer.ok) await onSignedIn(password);
      else setError(answer.message);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : 'Signing in failed.');
    }
    setBusy(false);
  };

  const providers = options?.providers ?? [];
  return (
    <>
      {error !== null && <Notice kind="error" title={error} />}
      {options?.loginForm !== false && (
        <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
          <TextField
            label="E-mail or user name"
            name="user"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            placeholder={options?.loginHint ?? ''}
            value={user}
            error={missing && user === '' ? 'Who are you?' : null}
            onChange={(event) => setUser(event.currentTarget.value)}
          />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="current-password"
            placeholder={options?.passwordHint ?? ''}
            value={password}
            error={missing && password === '' ? 'The password is missing.' : null}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={busy} className={styles.submit}>
            Sign in
          </Button>
          {options?.defaultAdmin === true && (
            <p className={styles.hint}>
              The first time: <code>admin</code> with the password <code>admin</code>.
            </p>
          )}
        </form>
      )}
      {providers.length > 0 && (
        <ul className={styles.providers}>
          {providers.map(({ id, name }) => (
            <li key={id}>
              <a
                className={styles.provider}
                href={`${basePath()}login/${encodeURIComponent(id)}?redirectTo=${encodeURIComponent(target)}`}
              >
                {`Sign in with ${name === '' ? id : name}`}
              </a>
            </li>
          ))}
        </ul>
      )}
      {options?.anonymous === true && (
        <a className={styles.hint} href={basePath() + target.slice(1)}>
          Look around without signing in
        </a>
      )}
    </>
  );
}
