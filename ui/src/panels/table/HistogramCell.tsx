import type { HistogramValue } from '../../api/query';
import styles from './HistogramCell.module.css';

export interface HistogramCellProps {
  histogram: HistogramValue;
}

const OPENING = ['(', '[', '(', '['];
const CLOSING = [']', ')', ')', ']'];

/** Count and sum, and the buckets as bars with their bounds. */
export function HistogramCell({ histogram }: HistogramCellProps) {
  const top = Math.max(1, ...histogram.buckets.map((bucket) => Number(bucket.count)));
  return (
    <div className={styles.histogram}>
      <p>{`count ${histogram.count}, sum ${histogram.sum}`}</p>
      {histogram.buckets.map((bucket) => (
        <div key={`${bucket.lower}:${bucket.upper}`} className={styles.bucket}>
          <span>
            {`${OPENING[bucket.rule] ?? '('}${bucket.lower}, ${bucket.upper}${CLOSING[bucket.rule] ?? ']'}`}
          </span>
          <span className={styles.track} aria-hidden>
            <span
              className={styles.bar}
              style={{ width: `${(Number(bucket.count) / top) * 100}%` }}
            />
          </span>
          <span>{bucket.count}</span>
        </div>
      ))}
    </div>
  );
}
