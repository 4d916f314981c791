import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { settled } from '../../api/grafana/client';
import {
  createToken,
  deleteToken,
  fetchTokens,
  type ServiceAccount,
} from '../../api/grafana/accounts';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Notice } from '../../parts/Notice';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { LIFETIMES } from './roles';
import styles from './people.module.css';

export interface TokensProps {
  account: ServiceAccount;
  onChange: () => void;
}

export function Tokens({ account, onChange }: TokensProps) {
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState('');
  const [lifetime, setLifetime] = useState('0');
  const [key, setKey] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ['service-accounts', account.id, 'tokens'],
    queryFn: async ({ signal }) => settled(await fetchTokens(account.id, signal)),
  });
  const revoke = async (id: number) => {
    await deleteToken(account.id, id);
    await query.refetch();
    onChange();
  };
  return (
    <div className={styles.tokens}>
      {key !== null && (
        <Notice kind="info" title="Copy the token now: it is shown this once">
          <code className={styles.key}>{key}</code> <CopyButton text={key} label="Copy the token" />
        </Notice>
      )}
      <ul>
        {query.data?.map((token) => (
          <li key={token.id} className={styles.token}>
            <span className={styles.who}>{token.name}</span>
            <span className={styles.dim}>
              {token.expiration === null
                ? 'for ever'
                : `${token.hasExpired ? 'ended' : 'until'} ${token.expiration.slice(0, 10)}`}
              {token.lastUsedAt === null
                ? ' · never used'
                : ` · used ${token.lastUsedAt.slice(0, 10)}`}
            </span>
            <Button size="xs" variant="default" onClick={() => void revoke(token.id)}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      <Button size="xs" variant="default" onClick={() => setAdding(true)}>
        New token
      </Button>
      {adding && (
        <AskDialog
          title={`New token for ${account.name}`}
          action="Create"
          disabled={name.trim() === ''}
          onAct={async () => {
            const answer = await createToken(account.id, name.trim(), Number(lifetime));
            if (!answer.ok) return answer.message;
            setKey(answer.data.key);
            setName('');
            await query.refetch();
            onChange();
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
          <Select label="Works" value={lifetime} onChange={setLifetime} options={LIFETIMES} />
        </AskDialog>
      )}
    </div>
  );
}
