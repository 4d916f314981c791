import styles from './Skeleton.module.css';
import { useLasting } from './hooks';

export interface SkeletonProps {
  rows?: number;
  label?: string;
  /** Lines of text, or the grid of a graph. */
  shape?: 'text' | 'graph';
}

/** Grey rows in place of what is to come, once waiting has lasted long enough to be noticed. */
export function Skeleton({ rows = 6, label = 'Loading', shape = 'text' }: SkeletonProps) {
  const shown = useLasting(true, 200);
  return (
    <div
      className={styles.skeleton}
      role="status"
      aria-label={label}
      data-shape={shape}
      data-shown={shown || undefined}
    >
      {Array.from({ length: rows }, (_, i) => (
        <div
          key={i}
          className={styles.row}
          style={shape === 'text' ? { width: `${92 - ((i * 37) % 40)}%` } : undefined}
        />
      ))}
    </div>
  );
}
