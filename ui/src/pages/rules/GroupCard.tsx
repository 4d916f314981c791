import type { RuleGroup } from '../../api/rules';
import { formatDuration, formatElapsed } from '../../lib/time';
import { formatCount } from '../../lib/units';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge } from '../../parts/StateBadge';
import { RuleRow } from './RuleRow';
import styles from './rules.module.css';

export interface GroupCardProps {
  group: RuleGroup;
  now: number;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

/** A group that takes this share of its interval is about to miss slots. */
const TIGHT = 0.8;

export function GroupCard({ group, now, onPick }: GroupCardProps) {
  const { name, file, interval, lastEvaluation, rules, missedIterations, nextEvaluation } = group;
  const tight = lastEvaluation !== null && group.evaluationTime > interval * TIGHT;
  return (
    <section className={styles.group} aria-label={`Rule group ${name}`}>
      <header className={styles.head}>
        <h2 className={styles.name}>{name}</h2>
        <span className={styles.file} title={file}>
          {file}
        </span>
        {missedIterations > 0 && (
          <StateBadge tone="warn" plain>
            {`${formatCount(missedIterations, 'iteration')} missed`}
          </StateBadge>
        )}
        {tight && (
          <StateBadge tone="warn" plain>
            {`takes ${Math.round((group.evaluationTime / interval) * 100)} % of its interval`}
          </StateBadge>
        )}
        <span className={styles.timing}>
          {`every ${formatDuration(Math.round(interval * 1000))} · `}
          {lastEvaluation === null ? (
            'not evaluated yet'
          ) : (
            <>
              <RelativeTime ms={lastEvaluation} now={now} />
              {`, took ${formatElapsed(group.evaluationTime * 1000)}`}
            </>
          )}
          {nextEvaluation !== null && nextEvaluation > now && interval >= 30 && (
            <>
              {' · next '}
              <RelativeTime ms={nextEvaluation} now={now} />
            </>
          )}
        </span>
      </header>
      {rules.map((rule, i) => (
        <RuleRow
          key={`${rule.name} ${i}`}
          rule={rule}
          interval={interval}
          now={now}
          onPick={onPick}
        />
      ))}
    </section>
  );
}
