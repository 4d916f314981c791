import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { Severity } from '../lib/hints';
import styles from './hints.module.css';

export interface HintIconProps {
  severity: Severity;
}

const ICONS = { error: IconCircleX, warning: IconAlertTriangle, info: IconInfoCircle } as const;
const NAMES = { error: 'Error', warning: 'Warning', info: 'Hint' } as const;

export function HintIcon({ severity }: HintIconProps) {
  const Icon = ICONS[severity];
  return (
    <Icon
      size={16}
      stroke={1.9}
      className={styles.icon}
      data-severity={severity}
      role="img"
      aria-label={NAMES[severity]}
    />
  );
}
