import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { queryRange, type MatrixSeries } from '../../api/query';
import type { Threshold } from '../../api/rules';
import { toColumns } from '../../lib/columns';
import { assignColours } from '../../lib/palette';
import { SPARK_HEIGHT, SPARK_WIDTH, sparkPaths } from '../../lib/spark';
import { rangeWords, windowOf } from '../../lib/timeRange';
import { formatFull, formatValue } from '../../lib/units';
import styles from './Sparkline.module.css';

export interface SparklineProps {
  expr: string;
  threshold: Threshold | null;
  rangeMs: number;
  /** A fixed end, or null to go along with the clock. */
  endMs?: number | null;
  tall?: boolean;
}

const SHOWN = 12;
const REFRESH_MS = 30_000;

function seriesOf(expr: string, rangeMs: number, endMs: number | null) {
  return async ({ signal }: { signal: AbortSignal }) => {
    const resolution = { kind: 'auto', density: 'low' } as const;
    const window = windowOf({ rangeMs, endMs, resolution }, Date.now());
    const { data } = await queryRange(expr, window, signal);
    const series = data.result.type === 'matrix' ? data.result.series : [];
    return { window, series: series.filter((one) => one.times.length > 0) };
  };
}

/** True from the first time it comes into view. */
function useSeen() {
  const host = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (host.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((one) => one.isIntersecting)) setSeen(true);
      },
      { rootMargin: '200px' },
    );
    observer.observe(host.current);
    return () => observer.disconnect();
  }, []);
  return { host, seen };
}

/** The left side of a rule's comparison over time, and the line it must not cross. */
export function Sparkline(props: SparklineProps) {
  const { expr, threshold, rangeMs, endMs = null, tall = false } = props;
  const { host, seen } = useSeen();
  const query = useQuery({
    queryKey: ['spark', expr, rangeMs, endMs],
    queryFn: seriesOf(expr, rangeMs, endMs),
    enabled: seen,
    ...(endMs === null ? { refetchInterval: REFRESH_MS } : {}),
    staleTime: REFRESH_MS,
  });
  return (
    <figure className={styles.spark} data-tall={tall || undefined}>
      <div ref={host} className={styles.picture}>
        {query.data !== undefined && query.data.series.length > 0 && (
          <Picture {...query.data} threshold={threshold} />
        )}
        {query.data?.series.length === 0 && <p className={styles.none}>No series in this time</p>}
        {query.data === undefined && query.error !== null && (
          <p className={styles.none} title={query.error.message}>
            Could not be drawn
          </p>
        )}
      </div>
      <figcaption className={styles.axis} aria-hidden={endMs === null || undefined}>
        {endMs === null && (
          <>
            <span>{`${rangeWords(rangeMs)} ago`}</span>
            <span>now</span>
          </>
        )}
      </figcaption>
    </figure>
  );
}

interface PictureProps {
  series: readonly MatrixSeries[];
  window: { readonly startMs: number; readonly endMs: number; readonly stepMs: number };
  threshold: Threshold | null;
}

function Picture({ series, window, threshold }: PictureProps) {
  const { startMs, endMs, stepMs } = window;
  const shown = series.slice(0, SHOWN);
  const { times, values } = toColumns(shown, startMs, endMs, stepMs);
  const line = threshold?.value ?? null;
  const { paths, thresholdY, min, max } = sparkPaths({
    times,
    values,
    startMs,
    endMs,
    threshold: line,
  });
  const colours = assignColours(shown.map(({ metric }) => metric));
  const below = threshold !== null && /</.test(threshold.op);
  const sided = threshold !== null && /[<>]/.test(threshold.op);
  const words =
    series.length > SHOWN ? `${SHOWN} of ${series.length} series` : `${series.length} series`;
  return (
    <>
      <svg
        viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${words}, from ${formatValue(min)} to ${formatValue(max)}${
          line === null ? '' : `, threshold ${formatValue(line)}`
        }`}
      >
        {thresholdY !== null && sided && (
          <rect
            className={styles.beyond}
            x={0}
            width={SPARK_WIDTH}
            y={below ? thresholdY : 0}
            height={Math.max(0, below ? SPARK_HEIGHT - thresholdY : thresholdY)}
          />
        )}
        {paths.map((path, i) => (
          <path
            key={i}
            d={path}
            className={styles.line}
            style={{ stroke: `var(--series-${colours[i] ?? 0})` }}
          />
        ))}
        {thresholdY !== null && (
          <path className={styles.threshold} d={`M0 ${thresholdY}H${SPARK_WIDTH}`} />
        )}
      </svg>
      {thresholdY !== null && line !== null && threshold !== null && (
        <span
          className={styles.mark}
          style={{ top: `${thresholdY}%` }}
          data-low={thresholdY < 30 || undefined}
          title={`threshold ${threshold.op} ${formatFull(line)}`}
        >
          {`${threshold.op} ${formatValue(line)}`}
        </span>
      )}
    </>
  );
}
