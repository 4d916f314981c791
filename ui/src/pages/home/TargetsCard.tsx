import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { fetchTargets } from '../../api/targets';
import { formatCount } from '../../lib/units';
import { Card } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import { StateBadge } from '../../parts/StateBadge';
import styles from './home.module.css';

const SHOWN = 6;

export function TargetsCard() {
  const query = useQuery({
    queryKey: ['targets', 'active'],
    queryFn: ({ signal }) => fetchTargets(signal),
    refetchInterval: 15_000,
  });
  return (
    <Card title="Targets" aside={<Link href="/targets">All targets</Link>}>
      <Loaded query={query} what="the targets">
        {({ data }) => {
          const down = data.activeTargets.filter(({ health }) => health === 'down');
          const up = data.activeTargets.length - down.length;
          if (down.length === 0) {
            return (
              <p className={styles.calm}>
                <StateBadge tone={up === 0 ? 'idle' : 'ok'}>
                  {up === 0 ? 'No targets yet' : `All ${formatCount(up, 'target')} answer`}
                </StateBadge>
              </p>
            );
          }
          return (
            <ul className={styles.links}>
              {down.slice(0, SHOWN).map((target) => (
                <li key={`${target.scrapePool} ${target.scrapeUrl}`}>
                  <Link href="/targets" className={styles.link}>
                    <StateBadge tone="bad" plain>
                      {target.labels['job'] ?? target.scrapePool}
                    </StateBadge>
                    <span className={styles.name} title={target.lastError}>
                      {target.lastError === ''
                        ? (target.labels['instance'] ?? target.scrapeUrl)
                        : target.lastError}
                    </span>
                  </Link>
                </li>
              ))}
              <li className={styles.quiet}>
                {down.length > SHOWN && `${down.length - SHOWN} more are down, `}
                {`${up} answer`}
              </li>
            </ul>
          );
        }}
      </Loaded>
    </Card>
  );
}
