import { useState } from 'react';
import type { Backtest } from '../../api/backtest';
import { METRIC_NAME } from '../../lib/labels';
import { formatDuration, formatElapsed } from '../../lib/time';
import { rangeWords } from '../../lib/timeRange';
import { formatCount, formatFull } from '../../lib/units';
import { Sparkline } from '../../panels/spark/Sparkline';
import { Timeline } from '../../panels/timeline/Timeline';
import { Button } from '../../parts/Button';
import { Notice } from '../../parts/Notice';
import styles from './backtest.module.css';

export interface BacktestResultProps {
  result: Backtest;
  warnings: readonly string[];
  expr: string;
  /** It answers what was asked before. */
  stale: boolean;
}

const SHOWN = 25;

function verdict(result: Backtest, span: string): string {
  const { fired, firingSeconds, pendingOnly, series } = result;
  const of = formatCount(series, 'series', 'series');
  if (fired === 0 && pendingOnly === 0) return `It would not have fired in ${span}.`;
  const pending =
    pendingOnly === 0
      ? ''
      : ` ${formatCount(pendingOnly, 'time')} the condition held, but not long enough.`;
  if (fired === 0) return `It would not have fired in ${span}.${pending}`;
  // One that fires at the last step has not lasted yet.
  const lasted = firingSeconds < 1 ? '' : `, ${formatElapsed(firingSeconds * 1000)} in all`;
  return `It would have fired ${formatCount(fired, 'time')} in ${span}, on ${of}${lasted}.${pending}`;
}

export function BacktestResult({ result, warnings, expr, stale }: BacktestResultProps) {
  const [all, setAll] = useState(false);
  const start = result.start ?? 0;
  const end = result.end ?? start;
  const spanMs = Math.round((end - start) / 60_000) * 60_000;
  const rows = all ? result.alerts : result.alerts.slice(0, SHOWN);
  return (
    <section className={styles.result} aria-label="Result" aria-busy={stale} data-testid="backtest">
      <p className={styles.verdict}>{verdict(result, rangeWords(spanMs))}</p>
      {result.step !== null && (
        <p className={styles.dim}>
          {`Evaluated every ${formatDuration(Math.round(result.step * 1000))} over what is stored.`}
        </p>
      )}
      {warnings.map((words) => (
        <Notice key={words} kind="warning">
          {words}
        </Notice>
      ))}
      {result.truncated && (
        <Notice kind="warning">
          There is more than is listed; the figures above count all of it.
        </Notice>
      )}
      <div className={styles.chart}>
        <span className={styles.chartName}>
          {result.threshold === null ? (
            <code>{expr}</code>
          ) : (
            <>
              <code>{result.threshold.left}</code>
              <span className={styles.dim}>
                {`threshold ${result.threshold.op} ${formatFull(result.threshold.value)}`}
              </span>
            </>
          )}
        </span>
        <Sparkline
          tall
          expr={result.threshold?.left ?? expr}
          threshold={result.threshold}
          rangeMs={spanMs}
          endMs={end}
        />
      </div>
      {rows.length > 0 && (
        <>
          <p className={styles.legend}>
            <span data-kind="pending" /> pending <span data-kind="firing" /> firing
          </p>
          <Timeline rows={rows} omit={['alertname', METRIC_NAME]} startMs={start} endMs={end} />
        </>
      )}
      {rows.length < result.alerts.length && (
        <Button variant="default" onClick={() => setAll(true)}>
          {`Show ${result.alerts.length - rows.length} more`}
        </Button>
      )}
    </section>
  );
}
