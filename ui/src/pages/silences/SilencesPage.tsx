import { IconBellOff, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { fetchHeldAlerts } from '../../api/alerts';
import { fetchSilences, type Silence, type SilenceState } from '../../api/silences';
import { managerAddress, managerKey } from '../../api/manager';
import { parseMatchers, printMatcher } from '../../lib/matchers';
import { formatCount } from '../../lib/units';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { FilterBox } from '../../parts/FilterBox';
import { useNow } from '../../parts/hooks';
import { Limited } from '../../parts/Limited';
import { Loaded } from '../../parts/Loaded';
import { MatcherChips } from '../../parts/MatcherChips';
import { NoneMatches } from '../../parts/NoneMatches';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { Segments } from '../../parts/Segments';
import { usePageParam } from '../../parts/usePageParam';
import { SilenceRow } from './SilenceRow';
import styles from './silences.module.css';

const STATES = ['active', 'pending', 'expired'] as const;
const NAMES = { active: 'Active', pending: 'Pending', expired: 'Expired' } as const;

export function SilencesPage() {
  const query = useQuery({
    queryKey: ['alerting', 'silences', managerKey()],
    queryFn: ({ signal }) => fetchSilences(signal),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
  const held = useQuery({
    queryKey: ['alerting', 'alerts', 'all', managerKey()],
    queryFn: ({ signal }) => fetchHeldAlerts({}, signal),
    refetchInterval: 10_000,
  });
  const hidden = new Map<string, number>();
  for (const id of held.data?.data.flatMap(({ status }) => status.silencedBy) ?? []) {
    hidden.set(id, (hidden.get(id) ?? 0) + 1);
  }
  return (
    <div className={page.page}>
      <ManagerTabs />
      <Loaded query={query} what="the silences">
        {({ data }) => (
          <Silences silences={data} hidden={held.data === undefined ? null : hidden} />
        )}
      </Loaded>
    </div>
  );
}

function isNamed(silence: Silence, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const { id, createdBy, comment, matchers } = silence;
  return [id, createdBy, comment, ...matchers.map(printMatcher)]
    .join('\n')
    .toLowerCase()
    .includes(wanted);
}

/** As the server filters: it holds a matcher that is written the same. */
function holds(silence: Silence, filter: string): boolean {
  const parsed = parseMatchers(filter);
  if (!parsed.ok) return true;
  const own = new Set(silence.matchers.map(printMatcher));
  return parsed.matchers.every((one) => own.has(printMatcher(one)));
}

interface SilencesProps {
  silences: readonly Silence[];
  /** How many alerts each hides; null while that is not known. */
  hidden: ReadonlyMap<string, number> | null;
}

function Silences({ silences, hidden }: SilencesProps) {
  const [text, setText] = usePageParam('search');
  const [param, setState] = usePageParam('state');
  const [filter, setFilter] = usePageParam('filter');
  const [, navigate] = useLocation();
  const now = useNow(1000);
  const create = (
    <Button
      leftSection={<IconPlus size={16} />}
      className={styles.create}
      onClick={() => navigate(managerAddress('/silences/new'))}
    >
      New silence
    </Button>
  );
  if (silences.length === 0) {
    return (
      <EmptyState
        icon={<IconBellOff size={32} stroke={1.5} />}
        title="Nothing is silenced"
        action={create}
      >
        A silence hides alerts for a while: during maintenance, or while someone works on them.
      </EmptyState>
    );
  }
  const state: SilenceState = STATES.find((one) => one === param) ?? 'active';
  const found = silences.filter((one) => isNamed(one, text) && holds(one, filter));
  const shown = found.filter((one) => one.status.state === state);
  const count = (of: SilenceState) => found.filter((one) => one.status.state === of).length;
  return (
    <>
      <div className={page.filters}>
        <FilterBox
          className={page.grow}
          value={text}
          onChange={setText}
          placeholder="Filter by matcher, author or comment"
        />
        <Segments
          aria-label="State"
          value={state}
          onChange={(value) => setState(value === 'active' ? '' : value)}
          data={STATES.map((value) => ({ value, label: `${NAMES[value]} ${count(value)}` }))}
        />
        {create}
      </div>
      {filter !== '' && (
        <Notice
          kind="info"
          action={
            <Button variant="default" size="xs" onClick={() => setFilter('')}>
              Show all
            </Button>
          }
        >
          {'Only those with '}
          <Filter text={filter} />
        </Notice>
      )}
      {shown.length > 0 && (
        <Limited key={state} items={shown} step={100}>
          {(some) => (
            <ul className={styles.list}>
              {some.map((one) => (
                <SilenceRow
                  key={one.id}
                  silence={one}
                  now={now}
                  hides={hidden === null ? null : (hidden.get(one.id) ?? 0)}
                />
              ))}
            </ul>
          )}
        </Limited>
      )}
      {shown.length === 0 && (found.length === 0 || text !== '' || filter !== '') && (
        <NoneMatches
          of={formatCount(silences.length, 'silence')}
          onClear={() => (text === '' ? setFilter('') : setText(''))}
        />
      )}
      {shown.length === 0 && found.length > 0 && text === '' && filter === '' && (
        <EmptyState title={`None is ${state}`}>
          <Link
            href={managerAddress(state === 'expired' ? '/silences' : '/silences?state=expired')}
          >
            {state === 'expired' ? 'Show the active ones' : 'Show the expired ones'}
          </Link>
        </EmptyState>
      )}
    </>
  );
}

function Filter({ text }: { text: string }) {
  const parsed = parseMatchers(text);
  return parsed.ok ? <MatcherChips matchers={parsed.matchers} /> : <code>{text}</code>;
}
