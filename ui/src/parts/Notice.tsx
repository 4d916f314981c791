import {
  IconAlertTriangle,
  IconCircleX,
  IconClockPause,
  IconInfoCircle,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './Notice.module.css';

export type NoticeKind = 'error' | 'warning' | 'info' | 'stale';

export interface NoticeProps {
  kind: NoticeKind;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
}

const ICONS = {
  error: IconCircleX,
  warning: IconAlertTriangle,
  info: IconInfoCircle,
  stale: IconClockPause,
} as const;

export function Notice({ kind, title, children, action }: NoticeProps) {
  const Icon = ICONS[kind];
  return (
    <div className={styles.notice} data-kind={kind} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon size={18} stroke={1.8} aria-hidden className={styles.icon} />
      <div className={styles.body}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        {children}
      </div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
