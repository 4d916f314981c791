import type { UseQueryResult } from '@tanstack/react-query';
import type { QueryResult } from '../../api/query';
import { formatClock, formatDuration, formatElapsed } from '../../lib/time';
import { formatCount, formatFull, formatValue } from '../../lib/units';
import type { PanelAnswer } from './usePanelQuery';
import styles from './query.module.css';

export interface QueryStatusProps {
  query: UseQueryResult<PanelAnswer>;
  /** Opens Explain; null where it is open. */
  onExplain: (() => void) | null;
}

/** What takes longer than this deserves a look at where the time goes. */
const SLOW_MS = 1000;

function size(result: QueryResult): string[] {
  switch (result.type) {
    case 'vector':
      return [formatCount(result.samples.length, 'series', 'series')];
    case 'matrix': {
      const points = result.series.reduce(
        (sum, one) => sum + one.times.length + one.histograms.length,
        0,
      );
      return [formatCount(result.series.length, 'series', 'series'), formatCount(points, 'point')];
    }
    default:
      return [result.type];
  }
}

/** What the answer took and holds, in one quiet line. */
export function QueryStatus({ query, onExplain }: QueryStatusProps) {
  if (query.data === undefined) return <div className={styles.status} />;
  const { answer, window, tab } = query.data;
  const { stats, result } = answer.data;
  const parts = size(result);
  if (stats.samples !== null) parts.push(`${formatValue(stats.samples)} samples`);
  parts.push(formatElapsed(Math.round(answer.elapsedMs * 10) / 10));
  const details = [
    tab === 'graph' ? `a point every ${formatDuration(window.stepMs)}` : null,
    stats.evalMs === null ? null : `${formatElapsed(stats.evalMs)} in the engine`,
    stats.samples === null ? null : `${formatFull(stats.samples)} samples read`,
    stats.peakSamples === null ? null : `${formatFull(stats.peakSamples)} samples at once`,
    `answered at ${formatClock(query.dataUpdatedAt).slice(0, 8)}`,
  ];
  const slow = onExplain !== null && Math.max(answer.elapsedMs, stats.evalMs ?? 0) > SLOW_MS;
  return (
    <div className={styles.status}>
      <p title={details.filter((one) => one !== null).join('\n')} data-testid="status">
        {parts.join(' · ')}
      </p>
      {slow && (
        <button type="button" className={styles.slow} onClick={onExplain}>
          See where the time goes
        </button>
      )}
    </div>
  );
}
