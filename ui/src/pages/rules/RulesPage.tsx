import { IconListCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { fetchRules, type Rule, type RuleGroup } from '../../api/rules';
import { matchesFilter, parseFilter } from '../../lib/filter';
import { formatCount } from '../../lib/units';
import { EmptyState } from '../../parts/EmptyState';
import { useNow } from '../../parts/hooks';
import { ListFilterBar } from '../../parts/ListFilterBar';
import { Loaded } from '../../parts/Loaded';
import { NoneMatches } from '../../parts/NoneMatches';
import page from '../../parts/page.module.css';
import { TabLinks } from '../../parts/TabLinks';
import { useListFilter } from '../../parts/useListFilter';
import { ALERT_TABS } from '../../panels/alerts/tabs';
import { GroupCard } from './GroupCard';

export function RulesPage() {
  const query = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => fetchRules(signal),
    refetchInterval: 10_000,
  });
  return (
    <div className={page.page}>
      <TabLinks tabs={ALERT_TABS} />
      <Loaded query={query} what="the rules">
        {({ data }) => <Groups groups={data.groups} />}
      </Loaded>
    </div>
  );
}

const STATES = ['firing', 'pending', 'inactive', 'recording', 'broken'] as const;
type StateFilter = (typeof STATES)[number] | 'all';

function inState(rule: Rule, state: StateFilter): boolean {
  if (state === 'all') return true;
  if (state === 'broken') return rule.health === 'err';
  if (rule.type === 'recording') return state === 'recording';
  return rule.state === state || (state === 'inactive' && rule.state === 'unknown');
}

const NAMES: Record<StateFilter, string> = {
  all: 'All',
  firing: 'Firing',
  pending: 'Pending',
  inactive: 'Inactive',
  recording: 'Recording',
  broken: 'Failing',
};

function Groups({ groups }: { groups: readonly RuleGroup[] }) {
  const filter = useListFilter(STATES);
  const now = useNow(1000);
  const rules = groups.flatMap((group) => group.rules);
  if (rules.length === 0) {
    return (
      <EmptyState icon={<IconListCheck size={32} stroke={1.5} />} title="No rules are loaded">
        Name rule files under <code>rule_files</code> in the configuration and reload it.
      </EmptyState>
    );
  }
  const terms = parseFilter(filter.text);
  const shown = groups
    .map((group) => ({
      ...group,
      rules: group.rules.filter(
        (rule) =>
          inState(rule, filter.state) &&
          matchesFilter(terms, rule.labels, [rule.name, rule.query, group.name, group.file]),
      ),
    }))
    .filter((group) => group.rules.length > 0);
  const counted = (['all', ...STATES] as const)
    .map((value) => ({ value, count: rules.filter((rule) => inState(rule, value)).length }))
    .filter(({ value, count }) => value === 'all' || value === filter.state || count > 0);
  return (
    <>
      <ListFilterBar
        filter={filter}
        placeholder={'Filter by name, expression or label="value"'}
        states={counted.map(({ value, count }) => ({ value, label: `${NAMES[value]} ${count}` }))}
      />
      {shown.map((group) => (
        <GroupCard
          key={`${group.file}\n${group.name}`}
          group={group}
          now={now}
          onPick={filter.pick}
        />
      ))}
      {shown.length === 0 && (
        <NoneMatches of={formatCount(rules.length, 'rule')} onClear={filter.clear} />
      )}
    </>
  );
}
