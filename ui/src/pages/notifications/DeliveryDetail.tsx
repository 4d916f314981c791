import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { fetchDelivery, type Delivery } from '../../api/deliveries';
import { whyAddress } from '../../lib/alertLinks';
import { mutedWords } from '../../lib/deliveryWords';
import { LabelChips } from '../../parts/LabelChips';
import { Notice } from '../../parts/Notice';
import { StateBadge } from '../../parts/StateBadge';
import { Attempts } from './Attempts';
import styles from './log.module.css';

export interface DeliveryDetailProps {
  delivery: Delivery;
  now: number;
}

const SHOWN = 50;

export function DeliveryDetail({ delivery, now }: DeliveryDetailProps) {
  const full = useQuery({
    queryKey: ['alerting', 'delivery', delivery.id, delivery.ticks],
    queryFn: ({ signal }) => fetchDelivery(delivery.id, signal),
    staleTime: 60_000,
  });
  const { decision, alerts, attempts, groupKey, routeId } = full.data?.data ?? delivery;
  return (
    <div className={styles.detail}>
      {decision !== '' && <p>{decision}</p>}
      {full.error !== null && (
        <Notice kind="warning" title="What was sent could not be loaded">
          {full.error.message}
        </Notice>
      )}
      {attempts.length > 0 && <Attempts attempts={attempts} now={now} />}
      <h4 className={styles.heading}>Alerts</h4>
      <ul className={styles.alerts}>
        {alerts.slice(0, SHOWN).map((alert) => (
          <li key={alert.fingerprint} className={styles.alert}>
            <StateBadge tone={alert.resolved ? 'ok' : 'bad'} plain>
              {alert.resolved ? 'Resolved' : 'Firing'}
            </StateBadge>
            <LabelChips labels={alert.labels} />
            {alert.muted !== '' && <span className={styles.dim}>{mutedWords(alert.muted)}</span>}
            <Link href={whyAddress(alert.fingerprint, alert.labels)}>Why</Link>
          </li>
        ))}
        {alerts.length > SHOWN && (
          <li className={styles.dim}>{`and ${alerts.length - SHOWN} more`}</li>
        )}
      </ul>
      <p className={styles.keys}>
        <span>Group</span>
        <Link href={`/notifications/log?group_key=${encodeURIComponent(groupKey)}`}>
          <code>{groupKey}</code>
        </Link>
        <span>Route</span>
        <code>{routeId}</code>
      </p>
    </div>
  );
}
