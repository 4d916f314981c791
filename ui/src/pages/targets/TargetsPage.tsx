import { IconTargetOff } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { fetchTargets, type Targets } from '../../api/targets';
import { formatCount } from '../../lib/units';
import { EmptyState } from '../../parts/EmptyState';
import { ListFilterBar } from '../../parts/ListFilterBar';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { NoneMatches } from '../../parts/NoneMatches';
import { useListFilter } from '../../parts/useListFilter';
import { usePageParam } from '../../parts/usePageParam';
import { useNow } from '../../parts/hooks';
import { TabLinks } from '../../parts/TabLinks';
import { countHealth, groupPools, type HealthFilter } from './pools';
import { PoolCard } from './PoolCard';
import { TARGET_TABS } from './tabs';
import { Button } from '../../parts/Button';

const REFRESH_MS = 5000;

export function TargetsPage() {
  const query = useQuery({
    queryKey: ['targets'],
    queryFn: ({ signal }) => fetchTargets(signal),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  return (
    <div className={page.page}>
      <TabLinks tabs={TARGET_TABS} />
      <Loaded query={query} what="the targets">
        {({ data }) => <TargetList targets={data} />}
      </Loaded>
    </div>
  );
}

const HEALTHS = ['up', 'down', 'unknown'] as const;

function TargetList({ targets }: { targets: Targets }) {
  const filter = useListFilter(HEALTHS);
  const [closed, setClosed] = usePageParam('collapsed');
  const now = useNow(1000);
  const counts = countHealth(targets.activeTargets);
  const pools = groupPools(targets, filter.text, filter.state);
  const closedPools = new Set(closed === '' ? [] : closed.split(','));

  if (targets.activeTargets.length === 0) {
    return (
      <EmptyState icon={<IconTargetOff size={32} stroke={1.5} />} title="Nothing is scraped yet">
        Add a job with targets under <code>scrape_configs</code> in the configuration and reload it.
      </EmptyState>
    );
  }
  const option = (value: HealthFilter, name: string) => ({
    value,
    label: `${name} ${counts[value]}`,
  });
  const toggle = (name: string) => {
    const next = new Set(closedPools);
    if (!next.delete(name)) next.add(name);
    setClosed([...next].join(','));
  };
  return (
    <>
      <ListFilterBar
        filter={filter}
        placeholder={'Filter by text, label="value" or -label="value"'}
        states={[
          option('all', 'All'),
          option('up', 'Up'),
          option('down', 'Down'),
          ...(counts.unknown > 0 ? [option('unknown', 'Unknown')] : []),
        ]}
      >
        <Button
          className={page.push}
          variant="default"
          onClick={() =>
            setClosed(closedPools.size > 0 ? '' : pools.map(({ name }) => name).join(','))
          }
        >
          {closedPools.size > 0 ? 'Open all' : 'Close all'}
        </Button>
      </ListFilterBar>
      {pools.map((pool) => (
        <PoolCard
          key={pool.name}
          pool={pool}
          now={now}
          open={!closedPools.has(pool.name)}
          onToggle={() => toggle(pool.name)}
          onPick={filter.pick}
        />
      ))}
      {pools.length === 0 && (
        <NoneMatches of={formatCount(counts.all, 'target')} onClear={filter.clear} />
      )}
    </>
  );
}
