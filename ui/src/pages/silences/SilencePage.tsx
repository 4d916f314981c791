import { useQuery } from '@tanstack/react-query';
import { useSearch } from 'wouter';
import { fetchSilence, type Silence } from '../../api/silences';
import { managerKey } from '../../api/manager';
import { formatDateTime, formatElapsed } from '../../lib/time';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Card } from '../../parts/Card';
import { EmptyState } from '../../parts/EmptyState';
import { Facts } from '../../parts/Facts';
import { useNow } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import { MatcherChips } from '../../parts/MatcherChips';
import page from '../../parts/page.module.css';
import { RelativeTime } from '../../parts/RelativeTime';
import { Affected } from './Affected';
import { SilenceActions } from './SilenceActions';
import { SilenceState } from './SilenceState';
import styles from './silences.module.css';

export function SilencePage() {
  const id = new URLSearchParams(useSearch()).get('id') ?? '';
  const query = useQuery({
    queryKey: ['alerting', 'silence', id, managerKey()],
    queryFn: ({ signal }) => fetchSilence(id, signal),
    enabled: id !== '',
    refetchInterval: 10_000,
  });
  return (
    <div className={page.page}>
      <ManagerTabs />
      {id === '' ? (
        <EmptyState title="The address names no silence" />
      ) : (
        <Loaded query={query} what="the silence">
          {({ data }) => <Details silence={data} />}
        </Loaded>
      )}
    </div>
  );
}

function Details({ silence }: { silence: Silence }) {
  const now = useNow(1000);
  const { id, createdBy, comment, matchers, startsAt, endsAt, updatedAt, annotations } = silence;
  const moment = (ms: number | null) =>
    ms === null ? (
      '–'
    ) : (
      <>
        {formatDateTime(Math.round(ms / 1000) * 1000)}
        <span className={styles.dim}>
          {', '}
          <RelativeTime ms={ms} now={now} />
        </span>
      </>
    );
  return (
    <>
      <Card
        title={comment === '' ? 'No comment' : comment}
        aside={<SilenceActions silence={silence} />}
      >
        <Facts
          facts={[
            { name: 'State', value: <SilenceState silence={silence} now={now} /> },
            { name: 'Matchers', value: <MatcherChips matchers={matchers} /> },
            { name: 'By', value: createdBy === '' ? '–' : createdBy },
            { name: 'Starts', value: moment(startsAt) },
            { name: 'Ends', value: moment(endsAt) },
            ...(startsAt === null || endsAt === null
              ? []
              : [{ name: 'Lasts', value: formatElapsed(endsAt - startsAt) }]),
            { name: 'Changed', value: moment(updatedAt) },
            ...Object.entries(annotations).map(([name, value]) => ({ name, value })),
            { name: 'Id', value: <code>{id}</code> },
          ]}
        />
      </Card>
      {silence.status.state !== 'expired' && (
        <Affected matchers={matchers} title="What it matches now" now={now} />
      )}
    </>
  );
}
