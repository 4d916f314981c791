import { Link } from 'wouter';
import type { AlertingRule, Rule } from '../../api/rules';
import { backtestAddress } from '../../lib/alertLinks';
import { encodePanels, NEW_PANEL } from '../../lib/panelUrl';
import { formatDuration, formatElapsed } from '../../lib/time';
import { formatCount } from '../../lib/units';
import { LabelChips } from '../../parts/LabelChips';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import styles from './rules.module.css';

export interface RuleRowProps {
  rule: Rule;
  /** Of its group, in seconds. */
  interval: number;
  now: number;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

const STATES: Record<AlertingRule['state'], readonly [Tone, string]> = {
  firing: ['bad', 'Firing'],
  pending: ['warn', 'Pending'],
  inactive: ['ok', 'Inactive'],
  unknown: ['idle', 'Not evaluated'],
};

function badge(rule: Rule) {
  if (rule.health === 'err') return <StateBadge tone="bad">Failing</StateBadge>;
  if (rule.type === 'recording') {
    return rule.lastEvaluation === null ? (
      <StateBadge tone="idle">Not evaluated</StateBadge>
    ) : (
      <StateBadge tone="ok">Recording</StateBadge>
    );
  }
  const [tone, word] = STATES[rule.lastEvaluation === null ? 'unknown' : rule.state];
  return <StateBadge tone={tone}>{word}</StateBadge>;
}

export function RuleRow({ rule, interval, now, onPick }: RuleRowProps) {
  const address = `/query?${encodePanels([{ ...NEW_PANEL, expr: rule.query }])}`;
  const alerting = rule.type === 'alerting' ? rule : null;
  return (
    <div className={styles.rule} data-testid="rule">
      <div className={styles.state}>{badge(rule)}</div>
      <div className={styles.body}>
        <div className={styles.title}>
          <h3 className={styles.ruleName}>{rule.name}</h3>
          {alerting !== null && alerting.duration > 0 && (
            <span className={styles.dim}>{`for ${formatDuration(alerting.duration * 1000)}`}</span>
          )}
          {alerting !== null && alerting.keepFiringFor > 0 && (
            <span className={styles.dim}>
              {`keeps firing for ${formatDuration(alerting.keepFiringFor * 1000)}`}
            </span>
          )}
          <LabelChips labels={rule.labels} onPick={onPick} />
        </div>
        <Link href={address} className={styles.expr} title="Open in Query">
          <code>{rule.query}</code>
        </Link>
        {alerting !== null && Object.keys(alerting.annotations).length > 0 && (
          <dl className={styles.annotations}>
            {Object.entries(alerting.annotations).map(([name, text]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        )}
        {rule.lastError !== '' && <p className={styles.error}>{rule.lastError}</p>}
      </div>
      <Figures rule={rule} interval={interval} now={now} />
    </div>
  );
}

function Figures({ rule, interval, now }: Omit<RuleRowProps, 'onPick'>) {
  const alerting = rule.type === 'alerting' ? rule : null;
  return (
    <div className={styles.figures}>
      {rule.lastEvaluation !== null && (
        <span>
          <RelativeTime ms={rule.lastEvaluation} now={now} />
          {`, ${formatElapsed(rule.evaluationTime * 1000)}`}
        </span>
      )}
      {rule.samples !== null && rule.type === 'recording' && (
        <span>{formatCount(rule.samples, 'series', 'series')}</span>
      )}
      {alerting !== null && (
        <span className={styles.links}>
          {alerting.alerts.length > 0 && (
            <Link href={`/alerts?search=${encodeURIComponent(rule.name)}`}>
              {formatCount(alerting.alerts.length, 'alert')}
            </Link>
          )}
          <Link
            href={backtestAddress({
              expr: rule.query,
              forSeconds: alerting.duration,
              name: rule.name,
              intervalSeconds: interval,
            })}
          >
            Back-test
          </Link>
        </span>
      )}
    </div>
  );
}
