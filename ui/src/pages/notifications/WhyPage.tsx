import { IconHelpCircle } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { fetchHeldAlerts, type HeldAlert } from '../../api/alerts';
import { fetchExplanation, type WhyOf } from '../../api/why';
import { managerAddress, managerKey } from '../../api/manager';
import { whyAddress } from '../../lib/alertLinks';
import { labelEntries, type Labels } from '../../lib/labels';
import { matchersOf, parseLabels, printMatchers } from '../../lib/matchers';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { useNow } from '../../parts/hooks';
import { LabelChips } from '../../parts/LabelChips';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { RelativeTime } from '../../parts/RelativeTime';
import { TextField } from '../../parts/TextField';
import { WhyPath } from './WhyPath';
import styles from './why.module.css';

const REFRESH_MS = 5000;

function readOf(search: string): WhyOf | null {
  const params = new URLSearchParams(search);
  const fingerprint = params.get('fingerprint') ?? '';
  if (fingerprint !== '') return { fingerprint };
  const pairs = params.getAll('label').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  });
  return pairs.length === 0 ? null : { labels: Object.fromEntries(pairs) };
}

export function WhyPage() {
  const search = useSearch();
  const now = useNow(1000);
  const of = readOf(search);
  const query = useQuery({
    queryKey: ['alerting', 'why', of, managerKey()],
    queryFn: ({ signal }) => fetchExplanation(of ?? { labels: {} }, signal),
    enabled: of !== null,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const labels = of === null ? {} : 'labels' in of ? of.labels : query.data?.data.labels;
  return (
    <div className={page.page}>
      <ManagerTabs />
      <LabelsForm key={JSON.stringify(labels ?? of)} labels={labels ?? {}} />
      {of === null ? (
        <Choice now={now} />
      ) : (
        <Loaded query={query} what="the explanation">
          {({ data }) => <WhyPath why={data} now={now} />}
        </Loaded>
      )}
    </div>
  );
}

/** Any label set may be asked about, also one that no alert has yet. */
function LabelsForm({ labels }: { labels: Labels }) {
  const [, navigate] = useLocation();
  const [text, setText] = useState(() => printMatchers(matchersOf(labels)));
  const parsed = parseLabels(text);
  const wrong = text.trim() !== '' && parsed === null;
  return (
    <form
      className={page.filters}
      onSubmit={(event) => {
        event.preventDefault();
        if (parsed !== null && Object.keys(parsed).length > 0) {
          navigate(managerAddress(whyAddress('', parsed)));
        }
      }}
    >
      <TextField
        className={styles.labels}
        aria-label="Labels of an alert"
        placeholder={'Labels, such as alertname="DiskFull", team="db"'}
        spellCheck={false}
        value={text}
        error={wrong ? 'Labels are written name="value", with commas between' : null}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" disabled={parsed === null || text.trim() === ''}>
        Why
      </Button>
    </form>
  );
}

const SHOWN = 40;

/** What one most likely wants to ask about: what is held now. */
function Choice({ now }: { now: number }) {
  const held = useQuery({
    queryKey: ['alerting', 'alerts', 'all', managerKey()],
    queryFn: ({ signal }) => fetchHeldAlerts({}, signal),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Loaded query={held} what="the alerts">
      {({ data }) =>
        data.length === 0 ? (
          <EmptyState icon={<IconHelpCircle size={32} stroke={1.5} />} title="No alert is held now">
            Write the labels of one above to see where it would go, who would be told, and when.
          </EmptyState>
        ) : (
          <section className={styles.choice} aria-label="Alerts to choose from">
            <h2 className={styles.choiceHead}>Which alert?</h2>
            <ul>
              {newest(data).map((alert) => (
                <Candidate key={alert.fingerprint} alert={alert} now={now} />
              ))}
            </ul>
            {data.length > SHOWN && (
              <p className={styles.dim}>{`and ${data.length - SHOWN} more under Now`}</p>
            )}
          </section>
        )
      }
    </Loaded>
  );
}

function newest(alerts: readonly HeldAlert[]): HeldAlert[] {
  return [...alerts].sort((a, b) => (b.startsAt ?? 0) - (a.startsAt ?? 0)).slice(0, SHOWN);
}

function Candidate({ alert, now }: { alert: HeldAlert; now: number }) {
  const [, navigate] = useLocation();
  const name = alert.labels['alertname'] ?? labelEntries(alert.labels)[0]?.[1] ?? 'alert';
  return (
    <li>
      <button
        type="button"
        className={styles.candidate}
        onClick={() => navigate(managerAddress(whyAddress(alert.fingerprint, alert.labels)))}
      >
        <span className={styles.candidateName}>{name}</span>
        <LabelChips labels={alert.labels} omit={['alertname']} />
        <span className={styles.dim}>
          <RelativeTime ms={alert.startsAt} now={now} />
        </span>
      </button>
    </li>
  );
}
