import { IconChartLine } from '@tabler/icons-react';
import { metricNames } from '../../lib/metricNames';
import { EmptyState } from '../../parts/EmptyState';
import { usePromqlNames } from '../../promql/usePromqlNames';
import { Button } from '../../parts/Button';
import styles from './query.module.css';

export interface FirstQueryProps {
  onPick: (expr: string) => void;
}

const EXAMPLES = [
  'up',
  'sum by (mode) (rate(node_cpu_seconds_total[5m]))',
  'node_memory_MemAvailable_bytes',
  'rate(prometheus_tsdb_head_samples_appended_total[5m])',
  'scrape_duration_seconds',
];

/** A new panel: what to do, with expressions this very server can answer. */
export function FirstQuery({ onPick }: FirstQueryProps) {
  const known = new Set(usePromqlNames());
  const fitting = EXAMPLES.filter((expr) => metricNames(expr).every((name) => known.has(name)));
  return (
    <EmptyState
      icon={<IconChartLine size={32} stroke={1.5} />}
      title="Type an expression and press Enter"
      action={
        <div className={styles.examples}>
          {fitting.slice(0, 4).map((expr) => (
            <Button key={expr} variant="default" size="xs" onClick={() => onPick(expr)}>
              <code>{expr}</code>
            </Button>
          ))}
        </div>
      }
    >
      {fitting.length > 0 ? 'Or start from one of these.' : 'Names are completed as you type.'}
    </EmptyState>
  );
}
