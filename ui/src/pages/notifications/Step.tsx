import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './why.module.css';

export interface StepProps {
  icon: Icon;
  kind: string;
  title: string;
  tone?: 'ok' | 'warn' | 'bad' | 'idle';
  children?: ReactNode;
}

/** One station of the way, on the line that joins them. */
export function Step({ icon: Sign, kind, title, tone = 'idle', children }: StepProps) {
  return (
    <li className={styles.step} data-tone={tone}>
      <span className={styles.sign}>
        <Sign size={16} stroke={1.8} aria-hidden />
      </span>
      <div className={styles.stepBody}>
        <p className={styles.kind}>{kind}</p>
        <h2 className={styles.stepTitle}>{title}</h2>
        {children}
      </div>
    </li>
  );
}
