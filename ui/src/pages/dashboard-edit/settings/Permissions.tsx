import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { settled } from '../../../api/grafana/client';
import { fetchPermissions, savePermissions, type Permission } from '../../../api/grafana/editing';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { IconButton } from '../../../parts/IconButton';
import { Loaded } from '../../../parts/Loaded';
import { Notice } from '../../../parts/Notice';
import { Select } from '../../../parts/Select';
import type { SettingsPartProps } from './Settings';
import styles from './settings.module.css';

const LEVELS = [
  { value: '1', name: 'May view' },
  { value: '2', name: 'May edit' },
  { value: '4', name: 'May administer' },
];
const ROLES = ['Viewer', 'Editor'];

/** Who may do what, beside administrators, who may do all. */
export function Permissions({ session }: SettingsPartProps) {
  const { uid } = session.state.dashboard;
  const query = useQuery({
    queryKey: ['dashboard-permissions', uid],
    queryFn: async ({ signal }) => settled(await fetchPermissions(uid, signal)),
  });
  return (
    <Loaded query={query} what="the permissions">
      {(items) => <List key={JSON.stringify(items)} uid={uid} items={items} />}
    </Loaded>
  );
}

function List({ uid, items }: { uid: string; items: readonly Permission[] }) {
  const [now, setNow] = useState(items);
  const [answer, setAnswer] = useState<{ readonly ok: boolean; readonly words: string } | null>(
    null,
  );
  const missing = ROLES.filter((role) => !now.some((one) => one.role === role));
  const save = async () => {
    const saved = await savePermissions(uid, now);
    setAnswer(saved.ok ? { ok: true, words: 'Saved.' } : { ok: false, words: saved.message });
  };
  return (
    <Card title="Who may do what">
      <div className={styles.form}>
        <p className={styles.dim}>
          Administrators may do everything. Who is not named here may not see this dashboard.
        </p>
        <ul className={styles.list}>
          {now.map((one, i) => {
            const name = one.userLogin === '' ? `Everyone who is ${one.role}` : one.userLogin;
            return (
              <li key={name} className={styles.item}>
                <span className={styles.itemName}>{name}</span>
                <Select
                  label={`What ${name} may`}
                  hideLabel
                  value={String(one.permission)}
                  options={LEVELS}
                  onChange={(level) => setNow(now.with(i, { ...one, permission: Number(level) }))}
                />
                <IconButton
                  aria-label={`Remove ${name}`}
                  onClick={() => setNow(now.toSpliced(i, 1))}
                >
                  <IconTrash size={16} />
                </IconButton>
              </li>
            );
          })}
        </ul>
        <div className={styles.line}>
          {missing.map((role) => (
            <Button
              key={role}
              variant="default"
              leftSection={<IconPlus size={15} />}
              onClick={() => setNow([...now, { userId: 0, userLogin: '', role, permission: 1 }])}
            >
              {`Everyone who is ${role}`}
            </Button>
          ))}
          <Button disabled={now === items} onClick={() => void save()}>
            Save permissions
          </Button>
        </div>
        {answer !== null && <Notice kind={answer.ok ? 'info' : 'error'}>{answer.words}</Notice>}
      </div>
    </Card>
  );
}
