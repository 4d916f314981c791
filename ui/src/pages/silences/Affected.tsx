import type { Matcher } from '../../lib/matchers';
import { reachOf } from '../../lib/silenceReach';
import { formatCount } from '../../lib/units';
import { SuppressedBadges } from '../../panels/alerts/SuppressedBadges';
import { Card } from '../../parts/Card';
import { LabelChips } from '../../parts/LabelChips';
import { Notice } from '../../parts/Notice';
import { RelativeTime } from '../../parts/RelativeTime';
import { Skeleton } from '../../parts/Skeleton';
import styles from './silences.module.css';
import { useAffected } from './useAffected';

export interface AffectedProps {
  matchers: readonly Matcher[];
  title: string;
  now: number;
}

const SHOWN = 30;

/** The alerts that a silence meets, so that one sees before what one hides. */
export function Affected({ matchers, title, now }: AffectedProps) {
  const { alerts, held, error } = useAffected(matchers);
  // What is asked for word by word need not be said of each.
  const fixed = matchers.filter((one) => one.isEqual && !one.isRegex).map(({ name }) => name);
  const reach = reachOf(matchers, alerts?.length ?? 0, held ?? 0);
  return (
    <Card title={title}>
      <div className={styles.affected} data-testid="affected">
        {error !== null && (
          <Notice kind="warning" title="What it matches is not known">
            {error.message}
          </Notice>
        )}
        {alerts === undefined ? (
          error === null && <Skeleton rows={3} label="Looking what it matches" />
        ) : (
          <>
            <p role="status" className={styles.reach}>
              {alerts.length === 0
                ? 'No alert that is held now. It takes those that come.'
                : `${alerts.length} of ${formatCount(held ?? alerts.length, 'alert')} held now.`}
            </p>
            {reach === 'everything' && alerts.length > 0 && (
              <Notice kind="warning" title="This is everything there is">
                Nobody would be told of anything that is held now.
              </Notice>
            )}
            {reach === 'much' && (
              <Notice kind="warning">More than half of all alerts would be hidden.</Notice>
            )}
            <ul className={styles.alerts}>
              {alerts.slice(0, SHOWN).map((alert) => (
                <li key={alert.fingerprint} className={styles.alert}>
                  <span className={styles.met}>
                    <LabelChips labels={alert.labels} omit={fixed} />
                    <SuppressedBadges status={alert.status} />
                  </span>
                  <span className={styles.since}>
                    <RelativeTime ms={alert.startsAt} now={now} />
                  </span>
                </li>
              ))}
              {alerts.length > SHOWN && (
                <li className={styles.dim}>{`and ${alerts.length - SHOWN} more`}</li>
              )}
            </ul>
          </>
        )}
      </div>
    </Card>
  );
}
