import type { PanelData } from '../../dash/query/runner';
import { formatDateTime, formatElapsed } from '../../lib/time';
import { CopyButton } from '../../parts/CopyButton';
import { RefError } from './RefError';
import styles from './dialogs.module.css';

export interface InspectQueriesProps {
  data: PanelData;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What was asked, with variables filled in, and what the server made of it. */
export function InspectQueries({ data }: InspectQueriesProps) {
  const queries = data.request?.queries ?? [];
  if (queries.length === 0) return <p className={styles.section}>This panel asks nothing.</p>;
  return (
    <div className={styles.section}>
      {queries.map((query) => {
        const frames = data.frames.filter((one) => one.refId === query.refId);
        const executed = frames.find((one) => one.meta?.executedQuery !== undefined)?.meta;
        const error = data.errors.get(query.refId);
        const expr = textOf(query['expr']);
        return (
          <section key={query.refId} className={styles.query}>
            <h3 className={styles.sub}>{`Query ${query.refId}`}</h3>
            <pre className={styles.code} tabIndex={0}>
              {executed?.executedQuery ?? (expr === '' ? JSON.stringify(query, null, 2) : expr)}
            </pre>
            {error !== undefined && (
              <RefError refId={query.refId} message={error} expr={expr} named={false} />
            )}
            <div className={styles.tools}>
              <CopyButton text={expr} label="Copy the expression" />
              <CopyButton text={JSON.stringify(query, null, 2)} label="Copy the request" />
            </div>
          </section>
        );
      })}
    </div>
  );
}

export function InspectStats({ data }: InspectQueriesProps) {
  const { request, frames } = data;
  const points = frames.reduce((sum, frame) => sum + frame.length, 0);
  const facts: (readonly [string, string])[] = [
    ['Range', `${formatDateTime(data.range.from)} – ${formatDateTime(data.range.to)}`],
    ['Interval', request === null ? '' : formatElapsed(request.interval.intervalMs)],
    ['Most points', request === null ? '' : String(request.interval.maxDataPoints)],
    ['Queries', String(request?.queries.length ?? 0)],
    ['Series', String(frames.length)],
    ['Points', String(points)],
    ['Answered', data.loadedAt === null ? 'not yet' : formatDateTime(data.loadedAt).slice(0, 19)],
    ...[...data.timings].map(
      ([refId, ms]) => [`Server, query ${refId}`, formatElapsed(ms)] as const,
    ),
  ];
  return (
    <div className={styles.section}>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
