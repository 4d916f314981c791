import { IconChevronDown, IconChevronRight, IconRadar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { fetchAllTargets, type Targets } from '../../api/targets';
import { matchesFilter, parseFilter, toggleLabelTerm } from '../../lib/filter';
import type { Labels } from '../../lib/labels';
import { EmptyState } from '../../parts/EmptyState';
import { FilterBox } from '../../parts/FilterBox';
import { LabelChips } from '../../parts/LabelChips';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { StateBadge } from '../../parts/StateBadge';
import { TabLinks } from '../../parts/TabLinks';
import { usePageParam } from '../../parts/usePageParam';
import { TARGET_TABS } from './tabs';
import styles from './targets.module.css';

interface Discovered {
  readonly before: Labels;
  /** Null where relabelling dropped it. */
  readonly after: Labels | null;
}

const SHOWN_PER_POOL = 100;

export function DiscoveryPage() {
  const query = useQuery({
    queryKey: ['all-targets'],
    queryFn: ({ signal }) => fetchAllTargets(signal),
  });
  return (
    <div className={page.page}>
      <TabLinks tabs={TARGET_TABS} />
      <Loaded query={query} what="what was discovered">
        {({ data }) => <Pools targets={data} />}
      </Loaded>
    </div>
  );
}

function byPool(targets: Targets): Map<string, Discovered[]> {
  const pools = new Map<string, Discovered[]>();
  const put = (name: string, one: Discovered) => pools.set(name, [...(pools.get(name) ?? []), one]);
  for (const one of targets.activeTargets) {
    put(one.scrapePool, { before: one.discoveredLabels, after: one.labels });
  }
  for (const one of targets.droppedTargets) {
    const pool = one.scrapePool === '' ? (one.discoveredLabels['job'] ?? '') : one.scrapePool;
    put(pool, { before: one.discoveredLabels, after: null });
  }
  return new Map([...pools].sort(([a], [b]) => a.localeCompare(b)));
}

function Pools({ targets }: { targets: Targets }) {
  const [filter, setFilter] = usePageParam('search');
  const [opened, setOpened] = usePageParam('pool');
  const terms = parseFilter(filter);
  const pools = byPool(targets);
  if (pools.size === 0) {
    return (
      <EmptyState icon={<IconRadar size={32} stroke={1.5} />} title="Nothing was discovered">
        No job in the configuration has found a target.
      </EmptyState>
    );
  }
  return (
    <>
      <div className={page.filters}>
        <FilterBox
          className={page.grow}
          value={filter}
          onChange={setFilter}
          placeholder="Filter by text or label"
        />
      </div>
      {[...pools].map(([name, all]) => {
        const shown = all.filter(({ before, after }) =>
          matchesFilter(terms, { ...before, ...after }, [name]),
        );
        if (shown.length === 0) return null;
        const open = opened === name || pools.size === 1;
        const kept = all.filter(({ after }) => after !== null).length;
        const Arrow = open ? IconChevronDown : IconChevronRight;
        return (
          <section key={name} className={styles.pool} aria-label={`Scrape pool ${name}`}>
            <h2 className={styles.poolHead}>
              <button
                type="button"
                className={styles.poolButton}
                aria-expanded={open}
                onClick={() => setOpened(open ? '' : name)}
              >
                <Arrow size={18} aria-hidden />
                <span className={styles.poolName}>{name}</span>
                <span className={styles.poolCount}>{`${kept} of ${all.length} kept`}</span>
              </button>
            </h2>
            {open && (
              <>
                <div className={`${styles.pair ?? ''} ${styles.pairHead ?? ''}`} aria-hidden>
                  <span>Discovered</span>
                  <span>After relabelling</span>
                </div>
                {shown.slice(0, SHOWN_PER_POOL).map(({ before, after }, i) => (
                  <div key={i} className={styles.pair}>
                    <div data-title="Discovered">
                      <LabelChips
                        labels={before}
                        onPick={(label, value, not) =>
                          setFilter(toggleLabelTerm(filter, label, value, not))
                        }
                      />
                    </div>
                    <div data-title="After relabelling">
                      {after === null ? (
                        <StateBadge tone="idle" plain>
                          Dropped
                        </StateBadge>
                      ) : (
                        <LabelChips labels={after} />
                      )}
                    </div>
                  </div>
                ))}
                {shown.length > SHOWN_PER_POOL && (
                  <p
                    className={styles.dropped}
                  >{`The first ${SHOWN_PER_POOL} of ${shown.length}. Filter to see others.`}</p>
                )}
              </>
            )}
          </section>
        );
      })}
    </>
  );
}
