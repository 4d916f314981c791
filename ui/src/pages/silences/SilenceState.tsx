import type { Silence } from '../../api/silences';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge } from '../../parts/StateBadge';
import styles from './silences.module.css';

export interface SilenceStateProps {
  silence: Silence;
  now: number;
}

const STATES = {
  active: ['warn', 'Active'],
  pending: ['idle', 'Pending'],
  expired: ['idle', 'Expired'],
} as const;

export function SilenceState({ silence, now }: SilenceStateProps) {
  const { status, startsAt, endsAt } = silence;
  const [tone, word] = STATES[status.state];
  return (
    <span className={styles.state}>
      <StateBadge tone={tone} plain>
        {word}
      </StateBadge>
      <span className={styles.dim}>
        {status.state === 'pending' ? 'starts ' : status.state === 'active' ? 'ends ' : 'ended '}
        <RelativeTime ms={status.state === 'pending' ? startsAt : endsAt} now={now} />
      </span>
    </span>
  );
}
