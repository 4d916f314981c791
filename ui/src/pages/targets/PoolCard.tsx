import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { formatCount } from '../../lib/units';
import { StateBadge } from '../../parts/StateBadge';
import type { Pool } from './pools';
import { TargetRow } from './TargetRow';
import styles from './targets.module.css';

export interface PoolCardProps {
  pool: Pool;
  now: number;
  open: boolean;
  onToggle: () => void;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

export function PoolCard({ pool, now, open, onToggle, onPick }: PoolCardProps) {
  const { name, targets, up, down, unknown, shown } = pool;
  const Arrow = open ? IconChevronDown : IconChevronRight;
  const filtered = shown.length < targets.length;
  const tone = down > 0 ? 'bad' : unknown > 0 ? 'idle' : 'ok';
  return (
    <section className={styles.pool} aria-label={`Scrape pool ${name}`} data-testid="pool">
      <h2 className={styles.poolHead}>
        <button type="button" className={styles.poolButton} aria-expanded={open} onClick={onToggle}>
          <Arrow size={18} aria-hidden />
          <span className={styles.poolName}>{name}</span>
          <StateBadge tone={tone}>
            {down > 0 ? `${down} down` : `${up}/${targets.length} up`}
          </StateBadge>
          <span className={styles.poolCount}>
            {filtered
              ? `${shown.length} of ${formatCount(targets.length, 'target')}`
              : formatCount(targets.length, 'target')}
          </span>
        </button>
      </h2>
      {open && (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col" className={styles.endpoint}>
                Endpoint
              </th>
              <th scope="col" className={styles.state}>
                State
              </th>
              <th scope="col">Labels</th>
              <th scope="col" className={styles.figure}>
                Last scrape
              </th>
              <th scope="col" className={styles.figure}>
                Duration
              </th>
              <th scope="col" className={styles.figure}>
                Interval
              </th>
            </tr>
          </thead>
          {shown.map((target) => (
            <TargetRow
              key={`${target.scrapeUrl}\n${JSON.stringify(target.labels)}`}
              target={target}
              now={now}
              onPick={onPick}
            />
          ))}
        </table>
      )}
    </section>
  );
}
