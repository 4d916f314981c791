import type { HeldAlert } from '../../api/alerts';
import type { AlertingRule, RuleAlert } from '../../api/rules';
import { forProgress } from '../../lib/forProgress';
import { encodePanels, NEW_PANEL } from '../../lib/panelUrl';
import { formatDateTime, formatElapsed, formatRelative } from '../../lib/time';
import { formatFull, formatValue } from '../../lib/units';
import { AlertActions } from '../../panels/alerts/AlertActions';
import { SuppressedBadges } from '../../panels/alerts/SuppressedBadges';
import { Annotations } from '../../parts/Annotations';
import { LabelChips } from '../../parts/LabelChips';
import { Progress } from '../../parts/Progress';
import { StateBadge } from '../../parts/StateBadge';
import styles from './alerts.module.css';

export interface AlertRowProps {
  alert: RuleAlert;
  rule: AlertingRule;
  now: number;
  held: HeldAlert | null;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

export function AlertRow({ alert, rule, now, held, onPick }: AlertRowProps) {
  const firing = alert.state === 'firing';
  const omit = ['alertname', ...Object.keys(rule.labels)];
  const own = Object.keys(alert.labels).filter((name) => !omit.includes(name));
  const source = `/query?${encodePanels([{ ...NEW_PANEL, expr: rule.query, tab: 'table' }])}`;
  return (
    <li className={styles.alert} data-testid="alert" data-state={alert.state}>
      <div className={styles.line}>
        <StateBadge tone={firing ? 'bad' : 'warn'} plain>
          {firing ? 'Firing' : 'Pending'}
        </StateBadge>
        {held !== null && <SuppressedBadges status={held.status} />}
        <Value text={alert.value} rule={rule} />
        <Since alert={alert} rule={rule} now={now} />
      </div>
      {own.length > 0 && <LabelChips labels={alert.labels} omit={omit} onPick={onPick} />}
      <Annotations annotations={alert.annotations} />
      <AlertActions
        labels={held?.labels ?? alert.labels}
        fingerprint={held === null ? '' : alert.fingerprint}
        source={{ href: source, inside: true }}
        canAck={firing && held?.status.silencedBy.length === 0}
      />
    </li>
  );
}

function Value({ text, rule }: { text: string; rule: AlertingRule }) {
  if (text === '') return null;
  const value = Number(text);
  const { threshold } = rule;
  return (
    <span className={styles.value} title={`value ${formatFull(value)}`}>
      <strong>{formatValue(value)}</strong>
      {threshold !== null && (
        <span className={styles.dim}>{` ${threshold.op} ${formatValue(threshold.value)}`}</span>
      )}
    </span>
  );
}

/** Since when; and while it is pending, how long until it fires. */
function Since({ alert, rule, now }: Pick<AlertRowProps, 'alert' | 'rule' | 'now'>) {
  const { activeAt } = alert;
  if (activeAt === null) return null;
  const title = `active since ${formatDateTime(activeAt)}`;
  const progress = alert.state === 'pending' ? forProgress(activeAt, rule.duration, now) : null;
  if (progress === null) {
    return (
      <span className={styles.since} title={title}>
        {`for ${formatElapsed(Math.max(1000, Math.floor((now - activeAt) / 1000) * 1000))}`}
      </span>
    );
  }
  return (
    <span className={styles.since} title={title}>
      <span className={styles.bar}>
        <Progress label="Part of the waiting time" share={progress.share} tone="warn" />
      </span>
      {progress.share < 1
        ? `fires ${formatRelative(progress.firesAt, now)}`
        : 'fires at the next evaluation'}
    </span>
  );
}
