import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { basePath } from '../../api/client';
import { settled } from '../../api/grafana/client';
import { fetchUser } from '../../api/grafana/people';
import { fetchLoginOptions } from '../../api/grafana/session';
import { safeTarget } from '../../parts/session';
import { Notice } from '../../parts/Notice';
import { PasswordStep } from './PasswordStep';
import { SignInForm } from './SignInForm';
import styles from './login.module.css';

/** The one page without the shell: signing in, and choosing a password of one's own. */
export function LoginPage() {
  const search = useSearch();
  const client = useQueryClient();
  const target = safeTarget(new URLSearchParams(search).get('redirectTo'));
  const [oldPassword, setOldPassword] = useState<string | null>(null);
  const options = useQuery({
    queryKey: ['login-options'],
    queryFn: async ({ signal }) => settled(await fetchLoginOptions(signal)),
  });

  // A whole load: whatever was asked for as nobody is forgotten.
  const leave = () => window.location.replace(basePath() + target.slice(1));
  const onSignedIn = async (password: string) => {
    const user = await client.query({
      queryKey: ['user'],
      queryFn: async () => settled(await fetchUser()),
    });
    if (user.mustChangePassword) setOldPassword(password);
    else leave();
  };

  return (
    <main className={styles.page} id="main">
      <div className={styles.card}>
        <img src={`${basePath()}favicon.svg`} alt="" width={44} height={44} />
        <h1 className={styles.title}>
          {oldPassword === null ? 'Sign in to watchfire' : 'Choose a password of your own'}
        </h1>
        {options.error !== null && (
          <Notice kind="error" title="The server does not answer as it should">
            {options.error.message}
          </Notice>
        )}
        {oldPassword === null ? (
          <SignInForm options={options.data} target={target} onSignedIn={onSignedIn} />
        ) : (
          <PasswordStep oldPassword={oldPassword} onDone={leave} />
        )}
      </div>
      {options.data !== undefined && options.data.version !== '' && (
        <p className={styles.foot}>{`watchfire · API of Grafana ${options.data.version}`}</p>
      )}
    </main>
  );
}
