import { IconFlame } from '@tabler/icons-react';
import { formatShare, workOf, type PlanNode, type Slowest } from '../../lib/planTree';
import styles from './plan.module.css';

export interface SlowestLineProps {
  slowest: Slowest;
  onLight: (node: PlanNode | null) => void;
  onGo: () => void;
}

/** Where the time goes, in words; leads to the row. */
export function SlowestLine({ slowest, onLight, onGo }: SlowestLineProps) {
  const { node, share } = slowest;
  return (
    <button
      type="button"
      className={styles.slowest}
      data-testid="slowest"
      onClick={onGo}
      onMouseEnter={() => onLight(node)}
      onMouseLeave={() => onLight(null)}
    >
      <IconFlame size={16} stroke={1.8} aria-hidden className={styles.flame} />
      <span>
        <strong>{`${formatShare(share)} of the time`}</strong>
        {`: ${workOf(node)}`}
      </span>
    </button>
  );
}
