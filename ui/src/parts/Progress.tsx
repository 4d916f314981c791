import styles from './Progress.module.css';

export interface ProgressProps {
  label: string;
  /** 0 to 1. */
  share: number;
  tone?: 'warn' | 'bad' | 'idle';
}

/** How far something has come. What it means stands beside it in words. */
export function Progress({ label, share, tone = 'idle' }: ProgressProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <span
      className={styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span className={styles.bar} data-tone={tone} style={{ width: `${percent}%` }} />
    </span>
  );
}
