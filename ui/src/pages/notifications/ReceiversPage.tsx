import { IconSend } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { fetchReceivers, type Receiver } from '../../api/routing';
import { integrationLabel, OUTCOME_NAMES } from '../../lib/deliveryWords';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { FilterBox } from '../../parts/FilterBox';
import { useNow } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import { NoneMatches } from '../../parts/NoneMatches';
import page from '../../parts/page.module.css';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import { usePageParam } from '../../parts/usePageParam';
import { TestDialog, type TestTarget } from './TestDialog';
import styles from './receivers.module.css';

type Integration = Receiver['integrations'][number];

export function ReceiversPage() {
  const query = useQuery({
    queryKey: ['alerting', 'receivers'],
    queryFn: ({ signal }) => fetchReceivers(signal),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
  const [test, setTest] = useState<TestTarget | null>(null);
  return (
    <div className={page.page}>
      <ManagerTabs />
      <Loaded query={query} what="the receivers">
        {({ data }) => <Receivers receivers={data} onTest={setTest} />}
      </Loaded>
      {test !== null && <TestDialog target={test} onClose={() => setTest(null)} />}
    </div>
  );
}

interface ReceiversProps {
  receivers: readonly Receiver[];
  onTest: (target: TestTarget) => void;
}

function Receivers({ receivers, onTest }: ReceiversProps) {
  const [text, setText] = usePageParam('search');
  const now = useNow(1000);
  if (receivers.length === 0) {
    return (
      <EmptyState icon={<IconSend size={32} stroke={1.5} />} title="There are no receivers">
        Name them under <code>receivers</code> in the configuration of alerting.
      </EmptyState>
    );
  }
  const wanted = text.trim().toLowerCase();
  const shown = receivers.filter(({ name, integrations }) =>
    [name, ...integrations.map((one) => one.integration)].some((word) =>
      word.toLowerCase().includes(wanted),
    ),
  );
  return (
    <>
      <div className={page.filters}>
        <FilterBox
          className={page.grow}
          value={text}
          onChange={setText}
          placeholder="Filter by receiver or integration"
        />
      </div>
      <div className={styles.receivers}>
        {shown.map((receiver) => (
          <section key={receiver.name} className={styles.receiver} data-testid="receiver">
            <header className={styles.head}>
              <h2 className={styles.name}>{receiver.name}</h2>
              <Link href={`/notifications/log?receiver=${encodeURIComponent(receiver.name)}`}>
                Delivery log
              </Link>
            </header>
            {receiver.integrations.length === 0 && (
              <p className={styles.dim}>No integrations: what is routed here is told to nobody.</p>
            )}
            <ul>
              {receiver.integrations.map((one) => (
                <IntegrationRow
                  key={`${one.integration} ${one.index}`}
                  integration={one}
                  now={now}
                  onTest={() => onTest({ receiver: receiver.name, ...one })}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {shown.length === 0 && <NoneMatches of="receivers" onClear={() => setText('')} />}
    </>
  );
}

const TONES: Readonly<Record<string, Tone>> = {
  delivered: 'ok',
  failed: 'bad',
  skipped: 'idle',
  muted: 'idle',
};

interface IntegrationRowProps {
  integration: Integration;
  now: number;
  onTest: () => void;
}

function IntegrationRow({ integration, now, onTest }: IntegrationRowProps) {
  const { lastOutcome, lastAt, lastError, sendResolved } = integration;
  const label = integrationLabel(integration.integration, integration.index);
  const names: Readonly<Record<string, string>> = OUTCOME_NAMES;
  return (
    <li className={styles.integration}>
      <div className={styles.line}>
        <span className={styles.label}>{label}</span>
        <StateBadge tone={TONES[lastOutcome] ?? 'idle'} plain>
          {names[lastOutcome] ?? 'Not used yet'}
        </StateBadge>
        {lastAt !== null && (
          <span className={styles.dim}>
            <RelativeTime ms={lastAt} now={now} />
          </span>
        )}
        {!sendResolved && <span className={styles.dim}>not told of the end</span>}
        <Button
          variant="default"
          size="xs"
          className={styles.test}
          aria-label={`Send a test through ${label}`}
          onClick={onTest}
        >
          Send a test
        </Button>
      </div>
      {lastError !== '' && lastOutcome === 'failed' && <p className={styles.error}>{lastError}</p>}
    </li>
  );
}
