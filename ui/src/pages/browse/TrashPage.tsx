import { IconArrowBackUp, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { settled } from '../../api/grafana/client';
import {
  deleteForever,
  fetchTrash,
  restoreDashboard,
  type Trashed,
} from '../../api/grafana/folders';
import { formatRelative } from '../../lib/time';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { useNow } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import styles from './browse.module.css';

/** What was deleted in the last thirty days. */
export function TrashPage() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['search', 'trash'],
    queryFn: async ({ signal }) => settled(await fetchTrash(signal)),
  });
  const [doomed, setDoomed] = useState<Trashed | null>(null);
  const now = useNow(30_000);
  const restore = useMutation({
    mutationFn: async (one: Trashed) => settled(await restoreDashboard(one.uid, one.folderUid)),
    onSuccess: () => client.invalidateQueries({ queryKey: ['search'] }),
  });
  const forget = async (one: Trashed) => {
    const answer = await deleteForever(one.uid);
    if (answer.ok) await client.invalidateQueries({ queryKey: ['search'] });
    return answer.ok ? null : answer.message;
  };
  return (
    <div className={page.page}>
      {restore.error !== null && <Notice kind="error" title={restore.error.message} />}
      <Loaded query={query} what="what was deleted">
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              icon={<IconTrash size={32} stroke={1.5} />}
              title="Nothing was deleted lately"
            >
              Deleted dashboards stay here for 30 days.
            </EmptyState>
          ) : (
            <ul className={styles.list} aria-label="Deleted dashboards">
              {all.map((one) => (
                <li key={one.uid} className={styles.row}>
                  <span className={styles.name}>{one.title}</span>
                  <span className={styles.aside}>
                    {one.folderTitle}
                    {one.deleted !== '' && ` · ${formatRelative(Date.parse(one.deleted), now)}`}
                  </span>
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={<IconArrowBackUp size={14} />}
                    loading={restore.isPending && restore.variables.uid === one.uid}
                    onClick={() => restore.mutate(one)}
                  >
                    Bring back
                  </Button>
                  <Button size="xs" variant="default" onClick={() => setDoomed(one)}>
                    Delete for ever
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {doomed !== null && (
        <AskDialog
          title={`Delete ${doomed.title} for ever?`}
          words="Nobody can bring it back then."
          action="Delete for ever"
          onAct={() => forget(doomed)}
          onClose={() => setDoomed(null)}
        />
      )}
    </div>
  );
}
