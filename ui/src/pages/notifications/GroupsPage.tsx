import { IconBellCheck } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLocation, useSearch } from 'wouter';
import { fetchAlertGroups, type AlertFilter } from '../../api/alerts';
import { fetchGroupStates, fetchReceivers, type GroupState } from '../../api/routing';
import { managerKey } from '../../api/manager';
import { groupId, groupNames, regroup } from '../../lib/alertGroups';
import { parseMatchers, printMatcher, printMatchers, toggleMatcher } from '../../lib/matchers';
import { formatCount } from '../../lib/units';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { EmptyState } from '../../parts/EmptyState';
import { useNow, withParam } from '../../parts/hooks';
import { Limited } from '../../parts/Limited';
import { Loaded } from '../../parts/Loaded';
import { MatcherBox } from '../../parts/MatcherBox';
import { NoneMatches } from '../../parts/NoneMatches';
import page from '../../parts/page.module.css';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { Toggles } from '../../parts/Toggles';
import { GroupCard, type ShownGroup } from './GroupCard';
import styles from './groups.module.css';

const REFRESH_MS = 5000;
/** An answer of megabytes is not asked for every few seconds. */
const SLOW_REFRESH_MS = 30_000;
const MANY_GROUPS = 200;
const FLAGS = ['active', 'silenced', 'inhibited', 'muted'] as const;
const NAMES = {
  active: 'Active',
  silenced: 'Silenced',
  inhibited: 'Inhibited',
  muted: 'Muted',
} as const;

/** As Alertmanager's page: what is active, but nothing suppressed, unless asked for. */
function readFilter(search: string): AlertFilter & { readonly text: string } {
  const params = new URLSearchParams(search);
  const text = params.get('filter') ?? '';
  const parsed = parseMatchers(text);
  const flag = (name: (typeof FLAGS)[number]) =>
    name === 'active' ? params.get(name) !== 'false' : params.get(name) === 'true';
  return {
    text,
    filter: parsed.ok ? parsed.matchers.map(printMatcher) : [],
    receiver: params.get('receiver') ?? '',
    active: flag('active'),
    silenced: flag('silenced'),
    inhibited: flag('inhibited'),
    muted: flag('muted'),
  };
}

export function GroupsPage() {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const now = useNow(1000);
  const { text, ...filter } = readFilter(search);
  const by = new URLSearchParams(search).get('group') ?? '';
  const groups = useQuery({
    queryKey: ['alerting', 'groups', filter, managerKey()],
    queryFn: ({ signal }) => fetchAlertGroups(filter, signal),
    refetchInterval: ({ state }) =>
      (state.data?.data.length ?? 0) > MANY_GROUPS ? SLOW_REFRESH_MS : REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const states = useQuery({
    queryKey: ['alerting', 'group-states', managerKey()],
    queryFn: ({ signal }) => fetchGroupStates(signal),
    refetchInterval: REFRESH_MS,
  });
  const receivers = useQuery({
    queryKey: ['alerting', 'receivers', managerKey()],
    queryFn: ({ signal }) => fetchReceivers(signal),
  });
  const set = (name: string, value: string) =>
    navigate(path + withParam(search, name, value), { replace: true });
  const clear = () => navigate(path, { replace: true });
  const pick = (name: string, value: string, exclude: boolean) => {
    const parsed = parseMatchers(text);
    const next = toggleMatcher(parsed.ok ? parsed.matchers : [], name, value, exclude);
    set('filter', printMatchers(next));
  };
  const narrowed = search !== '';
  return (
    <div className={page.page}>
      <ManagerTabs />
      <div className={page.filters}>
        <MatcherBox
          className={page.grow}
          value={text}
          placeholder={'Filter, such as severity="page", team=~"db|web"'}
          onChange={(value) => set('filter', value)}
        />
        <Select
          label="Receiver"
          hideLabel
          value={filter.receiver}
          onChange={(value) => set('receiver', value)}
          options={[
            { value: '', name: 'All receivers' },
            ...(receivers.data?.data ?? []).map(({ name }) => ({ value: name, name })),
            ...(filter.receiver !== '' &&
            receivers.data?.data.some(({ name }) => name === filter.receiver) !== true
              ? [{ value: filter.receiver, name: filter.receiver }]
              : []),
          ]}
        />
        <Toggles
          label="Which alerts"
          items={FLAGS.map((value) => ({ value, name: NAMES[value], on: filter[value] }))}
          onToggle={(name, on) =>
            set(name, name === 'active' ? (on ? '' : 'false') : on ? 'true' : '')
          }
        />
        <TextField
          className={styles.by}
          aria-label="Group by labels"
          placeholder="Group by: as routed"
          value={by}
          spellCheck={false}
          onChange={(event) => set('group', event.currentTarget.value)}
        />
      </div>
      <Loaded query={groups} what="the alerts">
        {({ data }) => (
          <Groups
            groups={arrange(data, by, states.data ?? [])}
            now={now}
            narrowed={narrowed}
            onPick={pick}
            onClear={clear}
          />
        )}
      </Loaded>
    </div>
  );
}

/** With the timers of each group, where they are the server's own groups. */
function arrange(
  groups: Awaited<ReturnType<typeof fetchAlertGroups>>['data'],
  by: string,
  states: readonly GroupState[],
): ShownGroup[] {
  const plain = groups.map(({ labels, receiver, alerts }) => ({
    labels,
    receiver: receiver.name,
    alerts,
  }));
  const names = groupNames(by);
  if (names.length > 0) return regroup(plain, names).map((group) => ({ ...group, timers: [] }));
  const timers = new Map<string, GroupState[]>();
  for (const state of states) {
    const id = groupId(state.receiver, state.labels);
    timers.set(id, [...(timers.get(id) ?? []), state]);
  }
  return plain.map((group) => ({
    ...group,
    timers: timers.get(groupId(group.receiver, group.labels)) ?? [],
  }));
}

interface GroupsProps {
  groups: readonly ShownGroup[];
  now: number;
  narrowed: boolean;
  onPick: (name: string, value: string, exclude: boolean) => void;
  onClear: () => void;
}

function Groups({ groups, now, narrowed, onPick, onClear }: GroupsProps) {
  if (groups.length === 0) {
    return narrowed ? (
      <NoneMatches of="alerts that are held" onClear={onClear} />
    ) : (
      <EmptyState
        icon={<IconBellCheck size={32} stroke={1.5} />}
        title="Nothing is being told to anyone"
      >
        No alert is active. Silenced, inhibited and muted ones are shown when asked for above.
      </EmptyState>
    );
  }
  const alerts = new Set(groups.flatMap((group) => group.alerts.map((one) => one.fingerprint)));
  return (
    <>
      <p className={styles.count} role="status">
        {`${formatCount(alerts.size, 'alert')} in ${formatCount(groups.length, 'group')}`}
      </p>
      <Limited items={groups} step={25}>
        {(shown) =>
          shown.map((group, i) => (
            <GroupCard
              key={`${groupId(group.receiver, group.labels)} ${i}`}
              group={group}
              now={now}
              onPick={onPick}
            />
          ))
        }
      </Limited>
    </>
  );
}
