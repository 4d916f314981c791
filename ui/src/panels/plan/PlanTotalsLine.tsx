import type { PlanTotals } from '../../api/explain';
import { formatElapsed } from '../../lib/time';
import { formatCount, formatFull, formatValue } from '../../lib/units';
import styles from './plan.module.css';

export interface PlanTotalsLineProps {
  totals: PlanTotals;
}

export function PlanTotalsLine({ totals }: PlanTotalsLineProps) {
  const { seconds, threads, series, samplesRead, peakMemoryBytes, peakSamples } = totals;
  const facts: readonly (readonly [string, string, string])[] = [
    ['Time', formatElapsed(seconds * 1000), `on ${formatCount(threads, 'thread')}`],
    ['Threads', formatFull(threads), formatCount(threads, 'thread')],
    ['Series', formatValue(series), `${formatCount(series, 'series', 'series')} in the answer`],
    ['Samples read', formatValue(samplesRead), formatCount(samplesRead, 'sample')],
    [
      'Peak memory',
      peakMemoryBytes === 0 ? '–' : formatValue(peakMemoryBytes, 'bytes'),
      `${formatFull(peakMemoryBytes)} bytes, ${formatCount(peakSamples, 'sample')} at once`,
    ],
  ];
  return (
    <dl className={styles.totals} data-testid="plan-totals">
      {facts.map(([name, value, title]) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
