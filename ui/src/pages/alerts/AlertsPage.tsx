import { IconBellCheck, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { fetchHeldAlerts, type HeldAlert } from '../../api/alerts';
import { ApiError } from '../../api/client';
import { fetchAlertingOverview, type OverviewRule } from '../../api/grafana/alerting';
import { settled } from '../../api/grafana/client';
import { mayEdit } from '../../api/grafana/people';
import { managerKey } from '../../api/manager';
import { fetchRules, type RuleGroup } from '../../api/rules';
import { isServed } from '../../api/served';
import { formatCount } from '../../lib/units';
import { ALERT_TABS } from '../../panels/alerts/tabs';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { useNow } from '../../parts/hooks';
import { ListFilterBar } from '../../parts/ListFilterBar';
import { Limited } from '../../parts/Limited';
import { Loaded } from '../../parts/Loaded';
import { NoneMatches } from '../../parts/NoneMatches';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { Select } from '../../parts/Select';
import { HAS_ACCOUNTS, useUser } from '../../parts/session';
import { TabLinks } from '../../parts/TabLinks';
import { useListFilter } from '../../parts/useListFilter';
import { usePageParam } from '../../parts/usePageParam';
import { AlertRuleCard } from './AlertRuleCard';
import { filterManaged, managedRank, managedState } from './managed';
import { ManagedRuleCard } from './ManagedRuleCard';
import { useManagedHeld } from './useManagedHeld';
import { ALERT_STATES, countStates, fileRank, filterRules, listRules } from './overview';

const REFRESH_MS = 5000;
/** An answer of megabytes is not asked for every few seconds. */
const SLOW_REFRESH_MS = 30_000;
const MANY_ALERTS = 2000;

/** Rules that people make in pages are there on the listener of dashboards alone. */
const HAS_MANAGED = isServed('/alerting/new');
/** Without Prometheus in this process there are no rule files. */
const HAS_FILES = isServed('/rules');
const NO_GROUPS: readonly RuleGroup[] = [];
const NO_RULES: readonly OverviewRule[] = [];

export function AlertsPage() {
  const rules = useQuery({
    enabled: HAS_FILES,
    queryKey: ['rules'],
    queryFn: ({ signal }) => fetchRules(signal),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const managed = useQuery({
    enabled: HAS_MANAGED,
    queryKey: ['alerting-overview'],
    queryFn: async ({ signal }) => settled(await fetchAlertingOverview(signal)),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    select: (all) => all.filter(({ source, type }) => source === 'grafana' && type === 'alerting'),
  });
  const held = useQuery({
    enabled: HAS_FILES,
    queryKey: ['alerting', 'alerts', 'all', managerKey()],
    queryFn: ({ signal }) => fetchHeldAlerts({}, signal),
    refetchInterval: ({ state }) =>
      (state.data?.data.length ?? 0) > MANY_ALERTS ? SLOW_REFRESH_MS : REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const known = (of: readonly OverviewRule[], groups: readonly RuleGroup[]) => (
    <Alerts groups={groups} managed={of} held={held.data?.data ?? []} />
  );
  const files = (of: readonly OverviewRule[]) =>
    HAS_FILES ? (
      <Loaded query={rules} what="the alerts">
        {({ data }) => known(of, data.groups)}
      </Loaded>
    ) : (
      known(of, NO_GROUPS)
    );
  return (
    <div className={page.page}>
      {HAS_FILES && <TabLinks tabs={ALERT_TABS} />}
      {held.data === undefined && unknown(held.error) && rules.data !== undefined && (
        <Notice kind="warning" title="What is silenced is not known">
          {held.error.message}
        </Notice>
      )}
      {HAS_MANAGED ? (
        <Loaded query={managed} what="the managed rules">
          {files}
        </Loaded>
      ) : (
        files(NO_RULES)
      )}
    </div>
  );
}

/** A server without alerting of its own has nothing that could be silenced. */
function unknown(error: Error | null): error is Error {
  return error !== null && !(error instanceof ApiError && error.errorType === 'not_found');
}

interface AlertsProps {
  groups: readonly RuleGroup[];
  managed: readonly OverviewRule[];
  held: readonly HeldAlert[];
}

const NAMES = { firing: 'Firing', pending: 'Pending', inactive: 'Inactive' } as const;

function Alerts({ groups, managed, held }: AlertsProps) {
  const filter = useListFilter(ALERT_STATES);
  const [source, setSource] = usePageParam('source');
  const now = useNow(1000);
  const managedHeld = useManagedHeld(managed.some(({ alerts }) => alerts.length > 0));
  const all = listRules(groups);
  const [rules, own] = [source === 'managed' ? [] : all, source === 'files' ? [] : managed];
  if (all.length + managed.length === 0) return <NoRules />;
  const counts = countStates(rules);
  counts.all += own.length;
  for (const rule of own) counts[managedState(rule)]++;
  const byFingerprint = new Map(held.map((one) => [one.fingerprint, one]));
  const shown = [
    ...filterManaged(own, filter.state, filter.text).map((rule) => ({
      rank: managedRank(rule),
      key: rule.uid,
      card: <ManagedRuleCard rule={rule} now={now} held={managedHeld} onPick={filter.pick} />,
    })),
    ...filterRules(rules, filter.state, filter.text).map((listed) => ({
      rank: fileRank(listed),
      key: listed.key,
      card: (
        <AlertRuleCard
          rule={listed.rule}
          group={listed.group}
          now={now}
          held={byFingerprint}
          onPick={filter.pick}
        />
      ),
    })),
  ].sort((a, b) => a.rank - b.rank);
  return (
    <>
      <ListFilterBar
        filter={filter}
        placeholder={'Filter by name, expression or label="value"'}
        states={[
          { value: 'all', label: `All ${counts.all}` },
          ...ALERT_STATES.map((value) => ({ value, label: `${NAMES[value]} ${counts[value]}` })),
        ]}
      >
        {managed.length > 0 && all.length > 0 && (
          <Select
            label="Made in"
            hideLabel
            value={source}
            onChange={setSource}
            options={[
              { value: '', name: 'Made anywhere' },
              { value: 'managed', name: `Made here (${managed.length})` },
              { value: 'files', name: `Rule files (${all.length})` },
            ]}
          />
        )}
        <NewRule />
      </ListFilterBar>
      <Limited items={shown} step={50}>
        {(some) => some.map(({ key, card }) => <div key={key}>{card}</div>)}
      </Limited>
      {shown.length === 0 && (
        <NoneMatches
          of={formatCount(rules.length + own.length, 'rule')}
          onClear={source !== '' && filter.text === '' ? () => setSource('') : filter.clear}
        />
      )}
    </>
  );
}

function NewRule() {
  const [, navigate] = useLocation();
  const user = useUser();
  if (!HAS_MANAGED || !HAS_ACCOUNTS || !mayEdit(user)) return null;
  return (
    <Button
      className={page.push ?? ''}
      leftSection={<IconPlus size={16} />}
      onClick={() => navigate('/alerting/new')}
    >
      New alert rule
    </Button>
  );
}

function NoRules() {
  return HAS_MANAGED ? (
    <EmptyState
      icon={<IconBellCheck size={32} stroke={1.5} />}
      title="There are no alert rules"
      action={<NewRule />}
    >
      A rule says when a value is wrong and who is told: WHEN last() OF A IS BELOW 1.
    </EmptyState>
  ) : (
    <EmptyState
      icon={<IconBellCheck size={32} stroke={1.5} />}
      title="There are no alerting rules"
      action={<Link href="/backtest">Try an expression over what is stored</Link>}
    >
      Name rule files under <code>rule_files</code> in the configuration and reload it.
    </EmptyState>
  );
}
