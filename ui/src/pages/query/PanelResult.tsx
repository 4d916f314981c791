import type { UseQueryResult } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { ApiError } from '../../api/client';
import type { TooltipMode } from '../../chart/tooltip';
import type { ErrorPosition } from '../../lib/errorPosition';
import { unitOf } from '../../lib/metricNames';
import type { PanelState } from '../../lib/panelUrl';
import type { PlanNode } from '../../lib/planTree';
import { formatClock } from '../../lib/time';
import { Notice } from '../../parts/Notice';
import { Skeleton } from '../../parts/Skeleton';
import { useLasting } from '../../parts/hooks';
import { EmptyResult } from './EmptyResult';
import { FirstQuery } from './FirstQuery';
import { QueryError } from './QueryError';
import type { PanelAnswer } from './usePanelQuery';
import { Button } from '../../parts/Button';
import styles from './query.module.css';

export interface PanelResultProps {
  panel: PanelState;
  query: UseQueryResult<PanelAnswer>;
  mark: ErrorPosition | null;
  tooltip: TooltipMode;
  onZoom: (startMs: number, endMs: number) => void;
  onZoomOut: () => void;
  onPick: (expr: string) => void;
  onNow: () => void;
  /** Shows a part of the query in the editor. */
  onLight: (query: string, node: PlanNode | null) => void;
  onExplain: (open: boolean) => void;
}

const GraphResult = lazy(async () => ({
  default: (await import('../../panels/graph/GraphResult')).GraphResult,
}));
const ResultTable = lazy(async () => ({
  default: (await import('../../panels/table/ResultTable')).ResultTable,
}));
const ExplainPanel = lazy(async () => ({
  default: (await import('./ExplainPanel')).ExplainPanel,
}));

export function PanelResult(props: PanelResultProps) {
  const { panel, query, mark, onPick } = props;
  const waiting = useLasting(query.isPlaceholderData || query.isFetching, 250);
  const { data, error } = query;
  if (panel.expr.trim() === '') return <FirstQuery onPick={onPick} />;
  if (data === undefined) {
    if (error !== null)
      return <QueryError error={error} expr={panel.expr} mark={mark} query={query} />;
    if (query.fetchStatus === 'idle') {
      const again = (
        <Button size="xs" onClick={() => void query.refetch()}>
          Run again
        </Button>
      );
      return (
        <Notice kind="info" action={again}>
          The query was cancelled.
        </Notice>
      );
    }
    return (
      <div className={styles.room}>
        <Skeleton
          rows={panel.tab === 'graph' ? 5 : 8}
          shape={panel.tab === 'graph' ? 'graph' : 'text'}
          label="Running the query"
        />
      </div>
    );
  }
  return (
    <div className={styles.result}>
      {error instanceof ApiError && (
        <Notice
          kind="stale"
          title={error.message}
          action={
            <Button size="xs" variant="default" onClick={() => void query.refetch()}>
              Try again
            </Button>
          }
        >
          {`What you see is the answer of ${formatClock(query.dataUpdatedAt).slice(0, 8)}.`}
        </Notice>
      )}
      <div className={styles.split} data-explain={panel.explain || undefined}>
        <div className={styles.answer} data-waiting={waiting || undefined} aria-busy={waiting}>
          <Suspense fallback={<div className={styles.room} />}>
            <Answer {...props} data={data} />
          </Suspense>
        </div>
        {panel.explain && (
          <div className={styles.beside}>
            <Suspense fallback={<Skeleton rows={6} label="Loading Explain" />}>
              <ExplainPanel
                panel={panel}
                answer={data}
                onLight={props.onLight}
                onClose={() => props.onExplain(false)}
              />
            </Suspense>
          </div>
        )}
      </div>
    </div>
  );
}

function Answer({
  panel,
  data,
  tooltip,
  onZoom,
  onZoomOut,
  onPick,
  onNow,
}: PanelResultProps & { data: PanelAnswer }) {
  const { result } = data.answer.data;
  const unit = unitOf(data.expr);
  const empty =
    (result.type === 'vector' && result.samples.length === 0) ||
    (result.type === 'matrix' && result.series.length === 0);
  if (empty) return <EmptyResult expr={data.expr} panel={panel} onPick={onPick} onNow={onNow} />;
  if (data.tab === 'table' || result.type !== 'matrix') {
    return <ResultTable result={result} unit={unit} />;
  }
  return (
    <GraphResult
      matrix={result.series}
      window={data.window}
      unit={unit}
      stacked={panel.stacked}
      tooltip={tooltip}
      onZoom={onZoom}
      onZoomOut={onZoomOut}
    />
  );
}
