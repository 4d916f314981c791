import { IconCamera } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { settled } from '../../../api/grafana/client';
import { deleteSnapshot, fetchSnapshots, type ListedSnapshot } from '../../../api/grafana/editing';
import { AskDialog } from '../../../parts/AskDialog';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { EmptyState } from '../../../parts/EmptyState';
import { useNow } from '../../../parts/hooks';
import { Loaded } from '../../../parts/Loaded';
import page from '../../../parts/page.module.css';
import { RelativeTime } from '../../../parts/RelativeTime';
import { forever } from './snapshot';
import styles from './share.module.css';

/** `/dashboard/snapshots`: those that this person may see. */
export function SnapshotsPage() {
  const query = useQuery({
    queryKey: ['snapshots'],
    queryFn: async ({ signal }) => settled(await fetchSnapshots(signal)),
  });
  const now = useNow(60_000);
  const [asked, setAsked] = useState<ListedSnapshot | null>(null);
  return (
    <div className={page.page}>
      <Loaded query={query} what="the snapshots">
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              icon={<IconCamera size={32} stroke={1.5} />}
              title="There are no snapshots."
            >
              A snapshot keeps a dashboard with its data as it was: open a dashboard, Share,
              Snapshot.
            </EmptyState>
          ) : (
            <Card title={`${all.length} ${all.length === 1 ? 'snapshot' : 'snapshots'}`}>
              <ul className={styles.snapshots}>
                {all.map((one) => (
                  <li key={one.key} className={styles.snapshot}>
                    <Link href={`/dashboard/snapshot/${one.key}`} className={styles.grow}>
                      {one.name}
                    </Link>
                    <span className={styles.dim}>
                      made <RelativeTime ms={Date.parse(one.created)} now={now} />
                    </span>
                    <span className={styles.dim}>
                      {forever(one.expires) ? (
                        'kept for good'
                      ) : (
                        <>
                          gone <RelativeTime ms={Date.parse(one.expires)} now={now} />
                        </>
                      )}
                    </span>
                    <Button variant="default" size="xs" onClick={() => setAsked(one)}>
                      Delete
                    </Button>
                  </li>
                ))}
              </ul>
            </Card>
          )
        }
      </Loaded>
      {asked !== null && (
        <AskDialog
          title={`Delete the snapshot “${asked.name}”?`}
          words="Whoever has its address sees it no more."
          action="Delete"
          onAct={async () => {
            const answer = await deleteSnapshot(asked.key);
            if (answer.ok) void query.refetch();
            return answer.ok ? null : answer.message;
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}
