import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { settled } from '../../api/grafana/client';
import { fetchAlertingOverview, type OverviewRule } from '../../api/grafana/alerting';
import { formatCount } from '../../lib/units';
import { Card } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import { RelativeTime } from '../../parts/RelativeTime';
import { useNow } from '../../parts/hooks';
import { StateBadge } from '../../parts/StateBadge';
import styles from './home.module.css';

const SHOWN = 6;

/** Since when the first of its alerts stands. */
function since(rule: OverviewRule): number | null {
  const times = rule.alerts.flatMap(({ activeAt }) => (activeAt === null ? [] : [activeAt]));
  return times.length === 0 ? null : Math.min(...times);
}

export function FiringCard() {
  const query = useQuery({
    queryKey: ['alerting-overview'],
    queryFn: async ({ signal }) => settled(await fetchAlertingOverview(signal)),
    refetchInterval: 15_000,
  });
  const now = useNow(5000);
  return (
    <Card title="Firing now" aside={<Link href="/alerts">All alerts</Link>}>
      <Loaded query={query} what="the alerts">
        {(rules) => {
          const firing = rules.filter(({ state }) => state === 'firing');
          const waiting = rules.filter(({ state }) => state === 'pending').length;
          if (firing.length === 0) {
            return (
              <p className={styles.calm}>
                <StateBadge tone="ok">Nothing is firing</StateBadge>
                <span className={styles.quiet}>
                  {`${formatCount(rules.length, 'rule')} watched`}
                  {waiting > 0 && `, ${waiting} about to fire`}
                </span>
              </p>
            );
          }
          return (
            <ul className={styles.links}>
              {firing.slice(0, SHOWN).map((rule) => {
                const start = since(rule);
                return (
                  <li key={`${rule.source} ${rule.folder} ${rule.group} ${rule.name}`}>
                    <Link href="/alerts" className={styles.link}>
                      <StateBadge tone="bad" plain>
                        {rule.name}
                      </StateBadge>
                      <span className={styles.name}>
                        {/* An alert's words are filled in; a rule's are a template. */}
                        {rule.alerts[0]?.annotations['summary'] ??
                          rule.annotations['summary'] ??
                          ''}
                      </span>
                      {start !== null && (
                        <span className={styles.aside}>
                          <RelativeTime ms={start} now={now} />
                        </span>
                      )}
                    </Link>
                  </li>
                );
              })}
              {firing.length > SHOWN && (
                <li className={styles.quiet}>{`and ${firing.length - SHOWN} more`}</li>
              )}
            </ul>
          );
        }}
      </Loaded>
    </Card>
  );
}
