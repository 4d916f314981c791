import type { Attempt } from '../../api/deliveries';
import { prettyBody, reasonWords, tookWords } from '../../lib/deliveryWords';
import { formatClock, formatRelative } from '../../lib/time';
import { StateBadge } from '../../parts/StateBadge';
import styles from './log.module.css';

export interface AttemptsProps {
  attempts: readonly Attempt[];
  now: number;
}

/** Each try: when, how long, what the other side said, and what was sent. */
export function Attempts({ attempts, now }: AttemptsProps) {
  return (
    <ol className={styles.attempts} aria-label="Attempts">
      {attempts.map((one, i) => (
        <li key={i} className={styles.attempt} data-testid="attempt">
          <p className={styles.attemptLine}>
            <StateBadge tone={one.delivered ? 'ok' : 'bad'} plain>
              {one.delivered ? 'Accepted' : one.retry ? 'Failed, tried again' : 'Failed'}
            </StateBadge>
            {one.at !== null && (
              <span title={formatRelative(one.at, now)}>{formatClock(one.at)}</span>
            )}
            <span>{`took ${tookWords(one.durationMs)}`}</span>
            {one.status !== null && <span>{`status ${one.status}`}</span>}
            {one.failure !== '' && <span className={styles.dim}>{reasonWords(one.failure)}</span>}
          </p>
          {one.error !== '' && <p className={styles.error}>{one.error}</p>}
          {one.request !== '' && (
            <p className={styles.request}>
              <code>{one.request}</code>
            </p>
          )}
          <Text name="What was sent" text={prettyBody(one.body)} />
          <Text name="What came back" text={prettyBody(one.response)} />
        </li>
      ))}
    </ol>
  );
}

function Text({ name, text }: { name: string; text: string }) {
  if (text === '') return null;
  return (
    <details className={styles.text}>
      <summary>{name}</summary>
      <pre tabIndex={0} role="region" aria-label={name}>
        {text}
      </pre>
    </details>
  );
}
