import { IconPlus, IconRobot } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { settled } from '../../api/grafana/client';
import {
  createServiceAccount,
  deleteServiceAccount,
  fetchServiceAccounts,
  setServiceAccountRole,
  type ServiceAccount,
} from '../../api/grafana/accounts';
import { formatCount } from '../../lib/units';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { Loaded } from '../../parts/Loaded';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { Select } from '../../parts/Select';
import { useUser } from '../../parts/session';
import { TabLinks } from '../../parts/TabLinks';
import { TextField } from '../../parts/TextField';
import { ROLES } from './roles';
import { settingsTabs } from './tabs';
import { Tokens } from './Tokens';
import styles from './people.module.css';

/** Machines: scripts and pipelines, each with tokens that can be taken back. */
export function ServiceAccountsPage() {
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<ServiceAccount | null>(null);
  const [name, setName] = useState('');
  const [role, setRole] = useState('Viewer');
  const query = useQuery({
    queryKey: ['service-accounts'],
    queryFn: async ({ signal }) => settled(await fetchServiceAccounts(signal)),
  });
  const renew = () => client.invalidateQueries({ queryKey: ['service-accounts'], exact: true });
  const change = useMutation({
    mutationFn: async (to: { id: number; role: string }) =>
      settled(await setServiceAccountRole(to.id, to.role)),
    onSettled: renew,
  });
  const add = (
    <Button
      className={page.push}
      leftSection={<IconPlus size={16} />}
      onClick={() => setAdding(true)}
    >
      New service account
    </Button>
  );
  return (
    <div className={page.page}>
      <TabLinks tabs={settingsTabs(useUser())} />
      {change.error !== null && <Notice kind="error" title={change.error.message} />}
      <Loaded query={query} what="the service accounts">
        {(accounts) =>
          accounts.length === 0 ? (
            <EmptyState
              icon={<IconRobot size={32} stroke={1.5} />}
              title="No machine signs in here"
              action={add}
            >
              A service account lets a script use the API with a token of its own.
            </EmptyState>
          ) : (
            <>
              <div className={page.filters}>{add}</div>
              <ul className={styles.list} aria-label="Service accounts">
                {accounts.map((account) => (
                  <li key={account.id}>
                    <div className={styles.row}>
                      <span className={styles.who}>
                        <strong>{account.name}</strong>
                        <span className={styles.dim}>{formatCount(account.tokens, 'token')}</span>
                      </span>
                      <Select
                        label={`Role of ${account.name}`}
                        hideLabel
                        value={account.role}
                        onChange={(to) => change.mutate({ id: account.id, role: to })}
                        options={ROLES}
                      />
                      <Button size="xs" variant="default" onClick={() => setDoomed(account)}>
                        Delete
                      </Button>
                    </div>
                    <Tokens account={account} onChange={() => void renew()} />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {adding && (
        <AskDialog
          title="New service account"
          action="Create"
          disabled={name.trim() === ''}
          onAct={async () => {
            const answer = await createServiceAccount(name.trim(), role);
            if (!answer.ok) return answer.message;
            setName('');
            await renew();
            return null;
          }}
          onClose={() => setAdding(false)}
        >
          <TextField
            label="Name"
            autoFocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select label="Role" value={role} onChange={setRole} options={ROLES} />
        </AskDialog>
      )}
      {doomed !== null && (
        <AskDialog
          title={`Delete ${doomed.name}?`}
          words="Its tokens stop working at once."
          action="Delete"
          onAct={async () => {
            const answer = await deleteServiceAccount(doomed.id);
            if (answer.ok) await renew();
            return answer.ok ? null : answer.message;
          }}
          onClose={() => setDoomed(null)}
        />
      )}
    </div>
  );
}
