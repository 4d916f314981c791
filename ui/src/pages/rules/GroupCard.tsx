import type { RuleGroup } from '../../api/rules';
import { formatDuration, formatElapsed } from '../../lib/time';
import { RelativeTime } from '../../parts/RelativeTime';
import { RuleRow } from './RuleRow';
import styles from './rules.module.css';

export interface GroupCardProps {
  group: RuleGroup;
  now: number;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

export function GroupCard({ group, now, onPick }: GroupCardProps) {
  const { name, file, interval, lastEvaluation, evaluationTime, rules } = group;
  return (
    <section className={styles.group} aria-label={`Rule group ${name}`}>
      <header className={styles.head}>
        <h2 className={styles.name}>{name}</h2>
        <span className={styles.file} title={file}>
          {file}
        </span>
        <span className={styles.timing}>
          {`every ${formatDuration(Math.round(interval * 1000))} · `}
          {lastEvaluation === null ? (
            'not evaluated yet'
          ) : (
            <>
              <RelativeTime ms={lastEvaluation} now={now} />
              {`, took ${formatElapsed(evaluationTime * 1000)}`}
            </>
          )}
        </span>
      </header>
      {rules.map((rule, i) => (
        <RuleRow key={`${rule.name} ${i}`} rule={rule} now={now} onPick={onPick} />
      ))}
    </section>
  );
}
