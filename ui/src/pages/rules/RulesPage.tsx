import { IconFilterOff, IconListCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { fetchRules, type Rule, type RuleGroup } from '../../api/rules';
import { matchesFilter, parseFilter, toggleLabelTerm } from '../../lib/filter';
import { EmptyState } from '../../parts/EmptyState';
import { FilterBox } from '../../parts/FilterBox';
import { useNow } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { usePageParam } from '../../parts/usePageParam';
import { GroupCard } from './GroupCard';
import { Button } from '../../parts/Button';
import { Segments } from '../../parts/Segments';

export function RulesPage() {
  const query = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => fetchRules(signal),
    refetchInterval: 10_000,
  });
  return (
    <div className={page.page}>
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
  const [filter, setFilter] = usePageParam('search');
  const [stateParam, setState] = usePageParam('state');
  const now = useNow(1000);
  const state = STATES.find((one) => one === stateParam) ?? 'all';
  const rules = groups.flatMap((group) => group.rules);
  if (rules.length === 0) {
    return (
      <EmptyState icon={<IconListCheck size={32} stroke={1.5} />} title="No rules are loaded">
        Name rule files under <code>rule_files</code> in the configuration and reload it.
      </EmptyState>
    );
  }
  const terms = parseFilter(filter);
  const shown = groups
    .map((group) => ({
      ...group,
      rules: group.rules.filter(
        (rule) =>
          inState(rule, state) &&
          matchesFilter(terms, rule.labels, [rule.name, rule.query, group.name, group.file]),
      ),
    }))
    .filter((group) => group.rules.length > 0);
  const counted = (['all', ...STATES] as const)
    .map((value) => ({ value, count: rules.filter((rule) => inState(rule, value)).length }))
    .filter(({ value, count }) => value === 'all' || value === state || count > 0);
  return (
    <>
      <div className={page.filters}>
        <FilterBox
          className={page.grow}
          value={filter}
          onChange={setFilter}
          placeholder={'Filter by name, expression or label="value"'}
        />
        <Segments
          aria-label="State"
          value={state}
          onChange={(value) => setState(value === 'all' ? '' : value)}
          data={counted.map(({ value, count }) => ({ value, label: `${NAMES[value]} ${count}` }))}
        />
      </div>
      {shown.map((group) => (
        <GroupCard
          key={`${group.file}\n${group.name}`}
          group={group}
          now={now}
          onPick={(name, value, exclude) =>
            setFilter(toggleLabelTerm(filter, name, value, exclude))
          }
        />
      ))}
      {shown.length === 0 && (
        <EmptyState
          icon={<IconFilterOff size={32} stroke={1.5} />}
          title={`None of the ${rules.length} rules matches`}
          action={
            <Button
              variant="default"
              onClick={() => {
                if (filter !== '') setFilter('');
                else setState('');
              }}
            >
              Clear the filter
            </Button>
          }
        />
      )}
    </>
  );
}
