import type { AlertingRule } from '../../api/rules';
import { formatValue } from '../../lib/units';
import { LabelChips } from '../../parts/LabelChips';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge } from '../../parts/StateBadge';
import styles from './rules.module.css';

export interface AlertListProps {
  rule: AlertingRule;
  now: number;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

const SHOWN = 50;

export function AlertList({ rule, now, onPick }: AlertListProps) {
  const { alerts } = rule;
  // What the rule adds stands beside its name already.
  const omit = ['alertname', ...Object.keys(rule.labels)];
  const sorted = [...alerts].sort((a, b) => a.state.localeCompare(b.state));
  return (
    <ul className={styles.alerts}>
      {sorted.slice(0, SHOWN).map((alert) => (
        <li key={JSON.stringify(alert.labels)} className={styles.alert}>
          <StateBadge tone={alert.state === 'firing' ? 'bad' : 'warn'} plain>
            {alert.state === 'firing' ? 'Firing' : 'Pending'}
          </StateBadge>
          <LabelChips labels={alert.labels} omit={omit} onPick={onPick} />
          <span className={styles.since}>
            {alert.activeAt !== null && <RelativeTime ms={alert.activeAt} now={now} />}
            {alert.value !== '' && ` · value ${formatValue(Number(alert.value))}`}
          </span>
        </li>
      ))}
      {alerts.length > SHOWN && (
        <li className={styles.dim}>{`and ${alerts.length - SHOWN} more`}</li>
      )}
    </ul>
  );
}
