import { IconRefresh, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { explainQuery } from '../../api/explain';
import type { PlanNode } from '../../lib/planTree';
import type { PanelState } from '../../lib/panelUrl';
import { formatClock } from '../../lib/time';
import { Notice } from '../../parts/Notice';
import { Skeleton } from '../../parts/Skeleton';
import { useLasting } from '../../parts/hooks';
import { PlanTotalsLine } from '../../panels/plan/PlanTotalsLine';
import { PlanTree } from '../../panels/plan/PlanTree';
import { explainKey, type PanelAnswer } from './usePanelQuery';
import { IconButton } from '../../parts/IconButton';
import { Button } from '../../parts/Button';
import styles from './explain.module.css';

export interface ExplainPanelProps {
  panel: PanelState;
  answer: PanelAnswer;
  onLight: (query: string, node: PlanNode | null) => void;
  onClose: () => void;
}

/** Runs the query once more and shows where its time and memory go. */
export function ExplainPanel({ panel, answer, onLight, onClose }: ExplainPanelProps) {
  const { expr, tab, window } = answer;
  const explained = useQuery({
    queryKey: explainKey(panel),
    queryFn: ({ signal }) =>
      explainQuery(expr, tab === 'graph' ? window : { timeMs: window.endMs }, signal),
    // After the answer, so that neither slows the other; a refresh does not measure again.
    enabled: expr === panel.expr && tab === panel.tab,
    placeholderData: (previous) => (previous?.data.query === panel.expr ? previous : undefined),
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
  const { data, error, isFetching, dataUpdatedAt, refetch } = explained;
  const waiting = useLasting(isFetching, 250);
  return (
    <section className={styles.explain} aria-label="Explain" data-testid="explain">
      <header className={styles.head}>
        <h2 className={styles.title}>Where the time goes</h2>
        {dataUpdatedAt > 0 && (
          <span
            className={styles.when}
          >{`measured at ${formatClock(dataUpdatedAt).slice(0, 8)}`}</span>
        )}
        <IconButton
          variant="subtle"
          aria-label="Measure again"
          title="Measure again"
          disabled={isFetching}
          onClick={() => void refetch()}
        >
          <IconRefresh size={16} />
        </IconButton>
        <IconButton
          variant="subtle"
          aria-label="Close Explain"
          title="Close Explain"
          onClick={onClose}
        >
          <IconX size={16} />
        </IconButton>
      </header>
      {error !== null && (
        <Notice
          kind={data === undefined ? 'error' : 'stale'}
          title="Could not explain the query"
          action={
            <Button size="xs" variant="default" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {error.message}
        </Notice>
      )}
      {data === undefined ? (
        error === null && <Skeleton rows={6} label="Measuring the query" />
      ) : (
        <div className={styles.body} data-waiting={waiting || undefined} aria-busy={waiting}>
          <PlanTotalsLine totals={data.data.totals} />
          <PlanTree
            key={data.data.query}
            plan={data.data.plan}
            onLight={(node) => onLight(data.data.query, node)}
          />
        </div>
      )}
    </section>
  );
}
