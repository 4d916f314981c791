import styles from './Skeleton.module.css';
import { useLasting } from './hooks';

export interface SkeletonProps {
  rows?: number;
  label?: string;
}

/** Grey rows in place of what is to come, once waiting has lasted long enough to be noticed. */
export function Skeleton({ rows = 6, label = 'Loading' }: SkeletonProps) {
  const shown = useLasting(true, 200);
  return (
    <div
      className={styles.skeleton}
      role="status"
      aria-label={label}
      data-shown={shown || undefined}
    >
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className={styles.row} style={{ width: `${92 - ((i * 37) % 40)}%` }} />
      ))}
    </div>
  );
}
