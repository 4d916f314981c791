import { IconBellCheck } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { fetchHeldAlerts, type HeldAlert } from '../../api/alerts';
import { ApiError } from '../../api/client';
import { fetchRules, type RuleGroup } from '../../api/rules';
import { formatCount } from '../../lib/units';
import { EmptyState } from '../../parts/EmptyState';
import { useNow } from '../../parts/hooks';
import { ListFilterBar } from '../../parts/ListFilterBar';
import { Limited } from '../../parts/Limited';
import { Loaded } from '../../parts/Loaded';
import { NoneMatches } from '../../parts/NoneMatches';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { TabLinks } from '../../parts/TabLinks';
import { useListFilter } from '../../parts/useListFilter';
import { AlertRuleCard } from './AlertRuleCard';
import { ALERT_STATES, countStates, filterRules, listRules } from './overview';
import { ALERT_TABS } from '../../panels/alerts/tabs';

const REFRESH_MS = 5000;
/** An answer of megabytes is not asked for every few seconds. */
const SLOW_REFRESH_MS = 30_000;
const MANY_ALERTS = 2000;

export function AlertsPage() {
  const rules = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => fetchRules(signal),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const held = useQuery({
    queryKey: ['alerting', 'alerts', 'all'],
    queryFn: ({ signal }) => fetchHeldAlerts({}, signal),
    refetchInterval: ({ state }) =>
      (state.data?.data.length ?? 0) > MANY_ALERTS ? SLOW_REFRESH_MS : REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  return (
    <div className={page.page}>
      <TabLinks tabs={ALERT_TABS} />
      {held.data === undefined && unknown(held.error) && rules.data !== undefined && (
        <Notice kind="warning" title="What is silenced is not known">
          {held.error.message}
        </Notice>
      )}
      <Loaded query={rules} what="the alerts">
        {({ data }) => <Alerts groups={data.groups} held={held.data?.data ?? []} />}
      </Loaded>
    </div>
  );
}

/** A server without alerting of its own has nothing that could be silenced. */
function unknown(error: Error | null): error is Error {
  return error !== null && !(error instanceof ApiError && error.errorType === 'not_found');
}

interface AlertsProps {
  groups: readonly RuleGroup[];
  held: readonly HeldAlert[];
}

function Alerts({ groups, held }: AlertsProps) {
  const filter = useListFilter(ALERT_STATES);
  const now = useNow(1000);
  const rules = listRules(groups);
  if (rules.length === 0) {
    return (
      <EmptyState
        icon={<IconBellCheck size={32} stroke={1.5} />}
        title="There are no alerting rules"
        action={<Link href="/backtest">Try an expression over what is stored</Link>}
      >
        Name rule files under <code>rule_files</code> in the configuration and reload it.
      </EmptyState>
    );
  }
  const counts = countStates(rules);
  const shown = filterRules(rules, filter.state, filter.text);
  const byFingerprint = new Map(held.map((one) => [one.fingerprint, one]));
  const names = { firing: 'Firing', pending: 'Pending', inactive: 'Inactive' } as const;
  return (
    <>
      <ListFilterBar
        filter={filter}
        placeholder={'Filter by name, expression or label="value"'}
        states={[
          { value: 'all', label: `All ${counts.all}` },
          ...ALERT_STATES.map((value) => ({ value, label: `${names[value]} ${counts[value]}` })),
        ]}
      />
      <Limited items={shown} step={50}>
        {(some) =>
          some.map(({ key, rule, group }) => (
            <AlertRuleCard
              key={key}
              rule={rule}
              group={group}
              now={now}
              held={byFingerprint}
              onPick={filter.pick}
            />
          ))
        }
      </Limited>
      {shown.length === 0 && (
        <NoneMatches of={formatCount(rules.length, 'rule')} onClear={filter.clear} />
      )}
    </>
  );
}
