import { Link } from 'wouter';
import type { ExplainedRule } from '../../api/why';
import { isServed } from '../../api/served';
import { backtestAddress } from '../../lib/alertLinks';
import { forProgress } from '../../lib/forProgress';
import { formatDuration, formatRelative } from '../../lib/time';
import { formatFull, formatValue } from '../../lib/units';
import { Sparkline } from '../../panels/spark/Sparkline';
import { Progress } from '../../parts/Progress';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import styles from './why.module.css';

export interface RuleStepProps {
  rule: ExplainedRule;
  now: number;
}

const STATES: Readonly<Record<string, readonly [Tone, string]>> = {
  firing: ['bad', 'Firing'],
  pending: ['warn', 'Pending'],
  inactive: ['ok', 'Inactive'],
};
const HOUR = 3_600_000;

export function RuleStep({ rule, now }: RuleStepProps) {
  const [tone, word] = STATES[rule.state] ?? ['idle', 'Not evaluated'];
  const progress =
    rule.state === 'pending' ? forProgress(rule.activeAt, rule.forSeconds, now) : null;
  const { threshold, value } = rule;
  return (
    <>
      <p className={styles.line}>
        <StateBadge tone={rule.health === 'err' ? 'bad' : tone} plain>
          {rule.health === 'err' ? 'Failing' : word}
        </StateBadge>
        {rule.activeAt !== null && (
          <span className={styles.dim}>
            {'since '}
            <RelativeTime ms={rule.activeAt} now={now} />
          </span>
        )}
        {value !== null && (
          <span title={formatFull(value)}>
            {'value '}
            <strong>{formatValue(value)}</strong>
            {threshold !== null && ` ${threshold.op} ${formatValue(threshold.value)}`}
          </span>
        )}
        {rule.forSeconds > 0 && (
          <span className={styles.dim}>{`for ${formatDuration(rule.forSeconds * 1000)}`}</span>
        )}
      </p>
      {progress !== null && (
        <p className={styles.progress}>
          <Progress label="Part of the waiting time" share={progress.share} tone="warn" />
          <span className={styles.dim}>{`fires ${formatRelative(progress.firesAt, now)}`}</span>
        </p>
      )}
      {rule.lastError !== '' && <p className={styles.error}>{rule.lastError}</p>}
      {isServed('/query') && (
        <Sparkline expr={threshold?.left ?? rule.query} threshold={threshold} rangeMs={HOUR} />
      )}
      <p className={styles.line}>
        <code className={styles.expr}>{rule.query}</code>
        {isServed('/backtest') && (
          <Link
            href={backtestAddress({
              expr: rule.query,
              forSeconds: rule.forSeconds,
              name: rule.name,
            })}
          >
            Back-test
          </Link>
        )}
      </p>
    </>
  );
}
