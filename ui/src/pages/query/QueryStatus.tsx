import type { UseQueryResult } from '@tanstack/react-query';
import type { QueryResult } from '../../api/query';
import { formatClock, formatDuration, formatElapsed } from '../../lib/time';
import { formatCount, formatFull, formatValue } from '../../lib/units';
import type { PanelAnswer } from './usePanelQuery';
import styles from './query.module.css';

export interface QueryStatusProps {
  query: UseQueryResult<PanelAnswer>;
}

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
export function QueryStatus({ query }: QueryStatusProps) {
  if (query.data === undefined) return <p className={styles.status} />;
  const { answer, window, tab } = query.data;
  const { stats, result } = answer.data;
  const parts = size(result);
  if (stats.samples !== null) parts.push(`${formatValue(stats.samples)} samples`);
  parts.push(formatElapsed(Math.round(answer.elapsedMs * 10) / 10));
  const details = [
    tab === 'graph' ? `a point every ${formatDuration(window.stepMs)}` : null,
    stats.evalMs === null ? null : `${formatElapsed(stats.evalMs)} in the engine`,
    stats.samples === null ? null : `${formatFull(stats.samples)} samples read`,
    `answered at ${formatClock(query.dataUpdatedAt).slice(0, 8)}`,
  ];
  return (
    <p
      className={styles.status}
      title={details.filter((one) => one !== null).join('\n')}
      data-testid="status"
    >
      {parts.join(' · ')}
    </p>
  );
}
