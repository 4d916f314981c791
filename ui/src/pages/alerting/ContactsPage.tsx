import { IconPlus, IconSend } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { deleteContactPoint, type ContactPoint } from '../../api/grafana/contacts';
import { mayEdit } from '../../api/grafana/people';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { AskDialog } from '../../parts/AskDialog';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { FilterBox } from '../../parts/FilterBox';
import { Loaded } from '../../parts/Loaded';
import { NoneMatches } from '../../parts/NoneMatches';
import page from '../../parts/page.module.css';
import { useUser } from '../../parts/session';
import { usePageParam } from '../../parts/usePageParam';
import { ContactDialog } from './ContactDialog';
import { ContactTest, useContactTest } from './ContactTest';
import { ContactUses } from './ContactUses';
import { FileBadge } from './FileBadge';
import { whereTo } from './model/contact';
import { useContactPoints, useContactTypes } from './useContacts';
import styles from './alerting.module.css';

/** Who can be told: contact points of managed alerts. */
export function ContactsPage() {
  const points = useContactPoints();
  const types = useContactTypes();
  const [text, setText] = usePageParam('search');
  const [edited, setEdited] = useState<ContactPoint | 'new' | null>(null);
  const may = mayEdit(useUser());
  const add = may && (
    <Button
      className={page.push ?? ''}
      leftSection={<IconPlus size={16} />}
      onClick={() => setEdited('new')}
    >
      New contact point
    </Button>
  );
  return (
    <div className={page.page}>
      <ManagerTabs />
      <Loaded query={points} what="the contact points">
        {(all) => {
          const wanted = text.trim().toLowerCase();
          const shown = all.filter((one) =>
            `${one.name} ${one.type} ${whereTo(one)}`.toLowerCase().includes(wanted),
          );
          if (all.length === 0) {
            return (
              <EmptyState
                icon={<IconSend size={32} stroke={1.5} />}
                title="Nobody can be told yet"
                action={add}
              >
                A contact point is where a message goes: a Telegram chat, an address, a channel.
              </EmptyState>
            );
          }
          return (
            <>
              <div className={page.filters}>
                <FilterBox
                  className={page.grow}
                  value={text}
                  onChange={setText}
                  placeholder="Filter by name, kind or address"
                />
                {add}
              </div>
              {shown.length === 0 ? (
                <NoneMatches of={`${all.length} contact points`} onClear={() => setText('')} />
              ) : (
                <ul className={styles.list}>
                  {shown.map((one) => (
                    <PointRow
                      key={one.uid}
                      point={one}
                      kind={types.data?.find(({ type }) => type === one.type)?.name ?? one.type}
                      may={may}
                      onOpen={() => setEdited(one)}
                    />
                  ))}
                </ul>
              )}
              <p className={styles.dim}>
                Which alerts go where is decided by the{' '}
                <Link href="/alerting/routes">policies</Link>, unless a rule names its contact point
                itself.
              </p>
            </>
          );
        }}
      </Loaded>
      {edited !== null && types.data !== undefined && (
        <ContactDialog
          point={edited === 'new' ? null : edited}
          types={types.data}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}

interface PointRowProps {
  point: ContactPoint;
  kind: string;
  may: boolean;
  onOpen: () => void;
}

function PointRow({ point, kind, may, onOpen }: PointRowProps) {
  const test = useContactTest();
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const file = point.provenance === 'file';
  const remove = async () => {
    const answer = await deleteContactPoint(point.uid);
    if (!answer.ok) return answer.message;
    await client.invalidateQueries({ queryKey: ['managed'] });
    return null;
  };
  return (
    <li className={styles.row} data-testid="contact-point">
      <div className={styles.head}>
        <button type="button" className={styles.open} onClick={onOpen}>
          {point.name}
        </button>
        <span className={styles.badge}>{kind}</span>
        {file && <FileBadge />}
        <span className={styles.where}>{whereTo(point)}</span>
        <span className={styles.actions}>
          {may && (
            <Button
              variant="default"
              size="xs"
              loading={test.isPending}
              onClick={() => test.mutate(point)}
            >
              Test
            </Button>
          )}
          <Button variant="default" size="xs" onClick={onOpen}>
            {file || !may ? 'Show' : 'Edit'}
          </Button>
          {may && !file && (
            <Button variant="default" size="xs" onClick={() => setAsking(true)}>
              Delete
            </Button>
          )}
        </span>
      </div>
      {point.notDelivered !== '' && (
        <p className={styles.undelivered}>
          <strong>Not delivered:</strong> {point.notDelivered}
        </p>
      )}
      <ContactTest test={test} />
      {asking && (
        <AskDialog
          title={`Delete the contact point ${point.name}?`}
          words={<ContactUses name={point.name} />}
          action="Delete"
          onAct={remove}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}
