import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { settled } from '../../api/grafana/client';
import {
  deleteUser,
  fetchOrgUsers,
  setUserDisabled,
  setUserRole,
  type OrgUser,
} from '../../api/grafana/accounts';
import { formatRelative } from '../../lib/time';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { useNow } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { Select } from '../../parts/Select';
import { useUser } from '../../parts/session';
import { TabLinks } from '../../parts/TabLinks';
import { NewUserDialog } from './NewUserDialog';
import { PasswordDialog } from './PasswordDialog';
import { ROLES } from './roles';
import { settingsTabs } from './tabs';
import styles from './people.module.css';

type Task =
  { readonly kind: 'new' } | { readonly kind: 'password' | 'delete'; readonly user: OrgUser };

export function UsersPage() {
  const me = useUser();
  const client = useQueryClient();
  const [task, setTask] = useState<Task | null>(null);
  const now = useNow(30_000);
  const query = useQuery({
    queryKey: ['org-users'],
    queryFn: async ({ signal }) => settled(await fetchOrgUsers(signal)),
  });
  const renew = () => client.invalidateQueries({ queryKey: ['org-users'] });
  const change = useMutation({
    mutationFn: async (run: () => ReturnType<typeof setUserRole>) => settled(await run()),
    onSettled: renew,
  });
  const close = () => {
    setTask(null);
    void renew();
  };
  return (
    <div className={page.page}>
      <TabLinks tabs={settingsTabs(me)} />
      <div className={page.filters}>
        <Button
          className={page.push}
          leftSection={<IconPlus size={16} />}
          onClick={() => setTask({ kind: 'new' })}
        >
          New user
        </Button>
      </div>
      {change.error !== null && <Notice kind="error" title={change.error.message} />}
      <Loaded query={query} what="the users">
        {(users) => (
          <ul className={styles.list} aria-label="Users">
            {users.map((user) => (
              <li key={user.userId} className={styles.row}>
                <span className={styles.who}>
                  <strong>{user.login}</strong>
                  <span className={styles.dim}>
                    {[user.name, user.email]
                      .filter((word) => word !== '' && word !== user.login)
                      .join(' · ')}
                  </span>
                </span>
                {user.authLabels.map((label) => (
                  <span key={label} className={styles.badge}>
                    {label}
                  </span>
                ))}
                {user.isDisabled && <span className={styles.badge}>switched off</span>}
                <span className={styles.dim}>
                  {user.lastSeenAt === '' || Date.parse(user.lastSeenAt) <= 0
                    ? 'never here'
                    : formatRelative(Date.parse(user.lastSeenAt), now)}
                </span>
                <Select
                  label={`Role of ${user.login}`}
                  hideLabel
                  value={user.role}
                  onChange={(role) => change.mutate(() => setUserRole(user.userId, role))}
                  options={ROLES}
                />
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => setTask({ kind: 'password', user })}
                >
                  Password
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  disabled={user.userId === me?.id}
                  onClick={() =>
                    change.mutate(() => setUserDisabled(user.userId, !user.isDisabled))
                  }
                >
                  {user.isDisabled ? 'Switch on' : 'Switch off'}
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  disabled={user.userId === me?.id}
                  onClick={() => setTask({ kind: 'delete', user })}
                >
                  Delete
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {task?.kind === 'new' && <NewUserDialog onClose={close} />}
      {task?.kind === 'password' && <PasswordDialog user={task.user} onClose={close} />}
      {task?.kind === 'delete' && (
        <AskDialog
          title={`Delete ${task.user.login}?`}
          words="Dashboards that this person made stay."
          action="Delete"
          onAct={async () => {
            const answer = await deleteUser(task.user.userId);
            return answer.ok ? null : answer.message;
          }}
          onClose={close}
        />
      )}
    </div>
  );
}
