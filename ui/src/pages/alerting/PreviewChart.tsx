import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { settled } from '../../api/grafana/client';
import { runQueries } from '../../api/grafana/data';
import type { Frame } from '../../dash/frame';
import { decodeResults } from '../../dash/query/decode';
import { assignColours } from '../../lib/palette';
import { SPARK_HEIGHT, SPARK_WIDTH, sparkPaths } from '../../lib/spark';
import { parseDuration } from '../../lib/time';
import { rangeWords } from '../../lib/timeRange';
import { formatValue } from '../../lib/units';
import type { RuleDraft } from './model/draft';
import { evaluatorOf } from './model/words';
import styles from './editor.module.css';

const HOUR = 3_600_000;
const POINTS = 240;
const SHOWN = 12;

/** The query of the first condition over the last hour, and the numbers it is compared with. */
export function PreviewChart({ draft }: { draft: RuleDraft }) {
  const [condition] = draft.conditions;
  const query = draft.queries.find(({ refId }) => refId === condition?.refId);
  const rangeMs = Math.max(HOUR, 3 * (parseDuration(query?.window ?? '') ?? 0));
  const series = useQuery({
    enabled: query !== undefined && query.expr.trim() !== '',
    queryKey: ['rule-chart', query?.sourceUid, query?.expr, rangeMs],
    queryFn: async ({ signal }) => {
      const now = Date.now();
      const body = {
        from: String(now - rangeMs),
        to: String(now),
        queries: [
          {
            refId: 'A',
            datasource: { type: 'prometheus', uid: query?.sourceUid ?? '' },
            expr: query?.expr ?? '',
            range: true,
            instant: false,
            intervalMs: Math.ceil(rangeMs / POINTS / 1000) * 1000,
            maxDataPoints: POINTS,
          },
        ],
      };
      const frames = decodeResults(settled(await runQueries(body, signal))).get('A')?.frames ?? [];
      return { now, lines: frames.flatMap(linesOf) };
    },
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (series.data === undefined || condition === undefined || series.data.lines.length === 0) {
    return null;
  }
  const wanted = evaluatorOf(condition.evaluator)?.params ?? 0;
  const thresholds = condition.params.slice(0, wanted).map(Number).filter(Number.isFinite);
  return (
    <Picture
      lines={series.data.lines}
      startMs={series.data.now - rangeMs}
      endMs={series.data.now}
      thresholds={thresholds}
    />
  );
}

interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

function linesOf(frame: Frame): Line[] {
  const times = frame.fields.find(({ type }) => type === 'time')?.values ?? [];
  return frame.fields
    .filter(({ type }) => type === 'number')
    .map((field) => ({
      labels: field.labels ?? {},
      times: times.map(Number),
      values: field.values.map((one) =>
        typeof one === 'number' && Number.isFinite(one) ? one : null,
      ),
    }));
}

interface PictureProps {
  lines: readonly Line[];
  startMs: number;
  endMs: number;
  thresholds: readonly number[];
}

/** Every line on one scale, which holds the thresholds too. */
function Picture({ lines, startMs, endMs, thresholds }: PictureProps) {
  const shown = lines.slice(0, SHOWN);
  const times = [...new Set(shown.flatMap((line) => line.times))].sort((a, b) => a - b);
  const spark = sparkPaths({
    times: Float64Array.from(times),
    values: shown.map((line) => {
      const at = new Map(line.times.map((time, i) => [time, line.values[i] ?? null]));
      return times.map((time) => at.get(time) ?? null);
    }),
    startMs,
    endMs,
    threshold: null,
    also: thresholds,
  });
  const colours = assignColours(shown.map(({ labels }) => labels));
  const { y, min, max } = spark;
  return (
    <figure className={styles.chart}>
      <div className={styles.picture}>
        <svg
          viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${lines.length} series, from ${formatValue(min)} to ${formatValue(max)}`}
        >
          {spark.paths.map((path, i) => (
            <path
              key={i}
              d={path}
              className={styles.line}
              style={{ stroke: `var(--series-${colours[i] ?? 0})` }}
            />
          ))}
          {thresholds.map((one, i) => (
            <path key={`t${i}`} className={styles.threshold} d={`M0 ${y(one)}H${SPARK_WIDTH}`} />
          ))}
        </svg>
        {thresholds.map((one, i) => (
          <span
            key={i}
            className={styles.mark}
            style={{ top: `${y(one)}%` }}
            data-low={y(one) < 16 || undefined}
          >
            {formatValue(one)}
          </span>
        ))}
        <span className={styles.edge} data-at="top">
          {formatValue(max)}
        </span>
        <span className={styles.edge} data-at="bottom">
          {formatValue(min)}
        </span>
      </div>
      <figcaption className={styles.axis}>
        <span>{`${rangeWords(endMs - startMs)} ago`}</span>
        {lines.length > SHOWN && <span>{`${SHOWN} of ${lines.length} series`}</span>}
        <span>now</span>
      </figcaption>
    </figure>
  );
}
