import { useQuery, useQueryClient } from '@tanstack/react-query';
import { settled } from '../../api/grafana/client';
import { fetchSessions, revokeSession } from '../../api/grafana/accounts';
import { formatRelative } from '../../lib/time';
import { Button } from '../../parts/Button';
import { Card } from '../../parts/Card';
import { useNow } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { useUser } from '../../parts/session';
import { Skeleton } from '../../parts/Skeleton';
import { TabLinks } from '../../parts/TabLinks';
import { PasswordForm } from './PasswordForm';
import { PreferencesForm } from './PreferencesForm';
import { ProfileForm } from './ProfileForm';
import { settingsTabs } from './tabs';
import styles from './people.module.css';

/** Oneself: name, password, preferences, and where one is signed in. */
export function ProfilePage() {
  const user = useUser();
  return (
    <div className={page.page}>
      <TabLinks tabs={settingsTabs(user)} />
      {user === undefined ? (
        <Skeleton label="Loading your record" />
      ) : (
        <div className={styles.columns}>
          <Card title="You">
            <ProfileForm key={user.login} user={user} />
          </Card>
          <Card title="Password">
            <PasswordForm />
          </Card>
          <Card title="Preferences">
            <PreferencesForm whose="user" />
          </Card>
          <Card title="Where you are signed in">
            <Sessions />
          </Card>
        </div>
      )}
    </div>
  );
}

function Sessions() {
  const client = useQueryClient();
  const now = useNow(30_000);
  const query = useQuery({
    queryKey: ['sessions'],
    queryFn: async ({ signal }) => settled(await fetchSessions(signal)),
  });
  const end = async (id: number) => {
    await revokeSession(id);
    await client.invalidateQueries({ queryKey: ['sessions'] });
  };
  return (
    <Loaded query={query} what="your sessions">
      {(sessions) => (
        <ul aria-label="Sessions">
          {sessions.map((one) => (
            <li key={one.id} className={styles.row}>
              <span className={styles.who}>
                {[one.browser, one.os].filter(Boolean).join(' on ') || 'A browser'}
                <span className={styles.dim}>{one.clientIp}</span>
              </span>
              <span className={styles.dim}>
                {one.isActive ? 'this one' : formatRelative(Date.parse(one.seenAt), now)}
              </span>
              <Button
                size="xs"
                variant="default"
                disabled={one.isActive}
                onClick={() => void end(one.id)}
              >
                End
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
