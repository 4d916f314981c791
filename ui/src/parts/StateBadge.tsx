import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './StateBadge.module.css';

export type Tone = 'ok' | 'warn' | 'bad' | 'idle';

export interface StateBadgeProps {
  tone: Tone;
  children: ReactNode;
  /** Without the wash behind it, where many stand below one another. */
  plain?: boolean;
}

const ICONS = {
  ok: IconCircleCheckFilled,
  warn: IconAlertTriangleFilled,
  bad: IconCircleXFilled,
  idle: IconCircleDashed,
} as const;

export function StateBadge({ tone, children, plain = false }: StateBadgeProps) {
  const Icon = ICONS[tone];
  return (
    <span className={styles.badge} data-tone={tone} data-plain={plain || undefined}>
      <Icon size={14} aria-hidden />
      {children}
    </span>
  );
}
