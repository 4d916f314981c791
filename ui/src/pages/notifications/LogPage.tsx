import { IconSend } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { useLocation, useSearch } from 'wouter';
import {
  fetchDeliveries,
  OUTCOMES,
  type Delivery,
  type DeliveryFilter,
} from '../../api/deliveries';
import { fetchReceivers } from '../../api/routing';
import { integrationName, OUTCOME_NAMES } from '../../lib/deliveryWords';
import { parseDuration } from '../../lib/time';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { useNow, withParam } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import { NoneMatches } from '../../parts/NoneMatches';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { Segments } from '../../parts/Segments';
import { Select } from '../../parts/Select';
import { DeliveryRow } from './DeliveryRow';
import styles from './log.module.css';

const FIRST_PAGE: string | null = null;
const REFRESH_MS = 10_000;
const RANGES = [
  { value: '', name: 'All that is kept' },
  { value: '1h', name: 'Last hour' },
  { value: '6h', name: 'Last 6 hours' },
  { value: '1d', name: 'Last day' },
  { value: '1w', name: 'Last week' },
] as const;

function readFilter(search: string): Omit<DeliveryFilter, 'startMs' | 'endMs'> & {
  readonly range: string;
  readonly open: string;
} {
  const params = new URLSearchParams(search);
  const get = (name: string) => params.get(name) ?? '';
  return {
    fingerprint: get('fingerprint'),
    receiver: get('receiver'),
    integration: get('integration'),
    groupKey: get('group_key'),
    outcome: OUTCOMES.find((one) => one === get('outcome')) ?? '',
    range: RANGES.find(({ value }) => value === get('range'))?.value ?? '',
    open: get('open'),
  };
}

function fetchSince(
  filter: Omit<DeliveryFilter, 'startMs' | 'endMs'>,
  range: string,
  before: string | null,
  signal: AbortSignal,
) {
  const back = parseDuration(range);
  const startMs = back === null ? null : Date.now() - back;
  return fetchDeliveries({ ...filter, startMs, endMs: null }, before, signal);
}

export function LogPage() {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const now = useNow(1000);
  const { range, open, ...filter } = readFilter(search);
  const log = useInfiniteQuery({
    queryKey: ['alerting', 'deliveries', filter, range],
    queryFn: ({ pageParam, signal }) => fetchSince(filter, range, pageParam, signal),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (last) => last.next,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REFRESH_MS : false),
  });
  const receivers = useQuery({
    queryKey: ['alerting', 'receivers'],
    queryFn: ({ signal }) => fetchReceivers(signal),
  });
  const set = (name: string, value: string) =>
    navigate(path + withParam(search, name, value), { replace: true });
  const names = receivers.data?.data ?? [];
  const kinds = [
    ...new Set(names.flatMap(({ integrations }) => integrations.map((one) => one.integration))),
  ].sort();
  const narrowed = [...Object.values(filter), range].some((value) => value !== '');
  return (
    <div className={page.page}>
      <ManagerTabs />
      <div className={page.filters}>
        <Segments
          aria-label="Outcome"
          value={filter.outcome}
          onChange={(value) => set('outcome', value)}
          data={[
            { value: '', label: 'All' },
            ...OUTCOMES.map((value) => ({ value, label: OUTCOME_NAMES[value] })),
          ]}
        />
        <Select
          label="Receiver"
          hideLabel
          value={filter.receiver}
          onChange={(value) => set('receiver', value)}
          options={withGiven(
            'All receivers',
            names.map(({ name }) => [name, name]),
            filter.receiver,
          )}
        />
        <Select
          label="Integration"
          hideLabel
          value={filter.integration}
          onChange={(value) => set('integration', value)}
          options={withGiven(
            'All integrations',
            kinds.map((kind) => [kind, integrationName(kind)]),
            filter.integration,
          )}
        />
        <Select
          label="Time"
          hideLabel
          value={range}
          onChange={(value) => set('range', value)}
          options={RANGES}
        />
      </div>
      {(filter.fingerprint !== '' || filter.groupKey !== '') && (
        <Notice
          kind="info"
          action={
            <Button
              variant="default"
              size="xs"
              onClick={() =>
                navigate(path + withParam(withParam(search, 'fingerprint', ''), 'group_key', ''), {
                  replace: true,
                })
              }
            >
              Show all
            </Button>
          }
        >
          {filter.fingerprint !== '' ? (
            <>
              Only what concerns the alert <code>{filter.fingerprint}</code>
            </>
          ) : (
            <>
              Only the group <code>{filter.groupKey}</code>
            </>
          )}
        </Notice>
      )}
      <Loaded query={log} what="the delivery log">
        {(data) => {
          const deliveries = data.pages.flatMap((one) => one.deliveries);
          if (deliveries.length === 0) {
            return narrowed ? (
              <NoneMatches of="entries" onClear={() => navigate(path, { replace: true })} />
            ) : (
              <EmptyState
                icon={<IconSend size={32} stroke={1.5} />}
                title="Nothing has been decided yet"
              >
                As soon as an alert reaches a receiver, every decision to tell or not to tell stands
                here, with each attempt and what the other side said.
              </EmptyState>
            );
          }
          return (
            <>
              <List
                deliveries={deliveries}
                now={now}
                open={open}
                onOpen={(id) => set('open', id)}
              />
              {log.hasNextPage && (
                <Button
                  variant="default"
                  className={styles.older}
                  loading={log.isFetchingNextPage}
                  onClick={() => void log.fetchNextPage()}
                >
                  Show older ones
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

/** What the address asks for is offered even when the server no longer knows it. */
function withGiven(all: string, known: readonly (readonly [string, string])[], given: string) {
  const options = known.map(([value, name]) => ({ value, name }));
  const missing = given !== '' && !options.some(({ value }) => value === given);
  return [
    { value: '', name: all },
    ...options,
    ...(missing ? [{ value: given, name: given }] : []),
  ];
}

interface ListProps {
  deliveries: readonly Delivery[];
  now: number;
  open: string;
  onOpen: (id: string) => void;
}

function dayOf(ms: number | null): string {
  if (ms === null) return '';
  const options = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  return new Date(ms).toLocaleDateString('en-GB', options);
}

function List({ deliveries, now, open, onOpen }: ListProps) {
  return (
    <div className={styles.log}>
      {deliveries.map((one, i) => {
        const day = dayOf(one.tick);
        return (
          <Fragment key={one.id}>
            {day !== dayOf(deliveries[i - 1]?.tick ?? null) && (
              <h2 className={styles.day}>{day}</h2>
            )}
            <DeliveryRow
              delivery={one}
              now={now}
              open={one.id === open}
              onToggle={() => onOpen(one.id === open ? '' : one.id)}
            />
          </Fragment>
        );
      })}
    </div>
  );
}
