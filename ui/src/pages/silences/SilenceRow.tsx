import { Link } from 'wouter';
import type { Silence } from '../../api/silences';
import { managerAddress } from '../../api/manager';
import { formatCount } from '../../lib/units';
import { MatcherChips } from '../../parts/MatcherChips';
import { SilenceActions } from './SilenceActions';
import { SilenceState } from './SilenceState';
import styles from './silences.module.css';

export interface SilenceRowProps {
  silence: Silence;
  now: number;
  /** How many alerts it hides now; null while that is not known. */
  hides: number | null;
}

export function SilenceRow({ silence, now, hides }: SilenceRowProps) {
  const { id, comment, createdBy, matchers } = silence;
  const address = managerAddress(`/silences/view?id=${encodeURIComponent(id)}`);
  return (
    <li className={styles.row} data-testid="silence" data-state={silence.status.state}>
      <div className={styles.body}>
        <MatcherChips matchers={matchers} />
        <p>
          <Link href={address} className={styles.comment}>
            {comment === '' ? 'No comment' : comment}
          </Link>
          <span className={styles.dim}>
            {` by ${createdBy === '' ? 'someone' : createdBy}`}
            {hides !== null &&
              silence.status.state === 'active' &&
              ` · hides ${hides === 0 ? 'nothing' : formatCount(hides, 'alert')} now`}
          </span>
        </p>
      </div>
      <div className={styles.when}>
        <SilenceState silence={silence} now={now} />
        <SilenceActions silence={silence} />
      </div>
    </li>
  );
}
