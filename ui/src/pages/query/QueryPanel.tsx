import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ApiError } from '../../api/client';
import type { TooltipMode } from '../../chart/tooltip';
import { errorPosition } from '../../lib/errorPosition';
import { annotationHint } from '../../lib/hints';
import type { PanelState } from '../../lib/panelUrl';
import { ExpressionField, type Notes } from '../../promql/ExpressionField';
import type { MarkedRange } from '../../promql/hintMarks';
import { useLasting } from '../../parts/hooks';
import { HistoryMenu } from './HistoryMenu';
import { PanelMenu } from './PanelMenu';
import { PanelResult } from './PanelResult';
import { PanelToolbar } from './PanelToolbar';
import { rememberQuery } from './queryHistory';
import { explainKey, panelQueryKey, usePanelQuery, type PanelAnswer } from './usePanelQuery';
import { Button } from '../../parts/Button';
import styles from './query.module.css';

export interface QueryPanelProps {
  panel: PanelState;
  first: boolean;
  refresh: string;
  tooltip: TooltipMode;
  onTooltip: (mode: TooltipMode) => void;
  onChange: (panel: PanelState) => void;
  onDuplicate: () => void;
  onRemove: (() => void) | null;
}

interface Zoom {
  readonly rangeMs: number;
  readonly endMs: number | null;
}

/** The warnings and infos of an answer, each at its place in the expression. */
function notesOf(data: PanelAnswer | undefined): Notes {
  if (data === undefined) return { expr: '', hints: [] };
  const { expr, answer } = data;
  return {
    expr,
    hints: [
      ...answer.warnings.map((text) => annotationHint(text, 'warning', expr)),
      ...answer.infos.map((text) => annotationHint(text, 'info', expr)),
    ],
  };
}

export function QueryPanel(props: QueryPanelProps) {
  const { panel, first, refresh, tooltip, onTooltip, onChange, onDuplicate, onRemove } = props;
  const client = useQueryClient();
  const query = usePanelQuery(panel, refresh);
  const [draft, setDraft] = useState(panel.expr);
  const [given, setGiven] = useState(panel.expr);
  if (given !== panel.expr) {
    setGiven(panel.expr);
    setDraft(panel.expr);
  }
  const [zooms, setZooms] = useState<readonly Zoom[]>([]);
  const slow = useLasting(query.isFetching, 1000);

  const error = query.error;
  const message =
    error instanceof ApiError && error.errorType === 'bad_data' ? error.message : null;
  const mark = useMemo(
    () => (message === null ? null : errorPosition(message, panel.expr)),
    [message, panel.expr],
  );

  const { data } = query;
  const notes = useMemo(() => notesOf(data), [data]);
  const [lit, setLit] = useState<{ query: string; range: MarkedRange } | null>(null);

  const execute = (text: string) => {
    const expr = text.trim();
    if (expr !== '') rememberQuery(expr);
    if (expr === panel.expr) {
      void query.refetch();
      void client.invalidateQueries({ queryKey: explainKey(panel) });
    } else onChange({ ...panel, expr });
  };
  const zoom = (startMs: number, endMs: number) => {
    const from = Math.floor(startMs / 1000) * 1000;
    const to = Math.max(from + 2000, Math.ceil(endMs / 1000) * 1000);
    setZooms([...zooms, { rangeMs: panel.rangeMs, endMs: panel.endMs }]);
    onChange({ ...panel, rangeMs: to - from, endMs: to });
  };
  const zoomOut = () => {
    const back = zooms.at(-1) ?? { rangeMs: panel.rangeMs * 2, endMs: panel.endMs };
    setZooms(zooms.slice(0, -1));
    onChange({ ...panel, ...back });
  };

  return (
    <section
      className={styles.panel}
      aria-label={panel.expr === '' ? 'New panel' : `Panel ${panel.expr}`}
    >
      <div className={styles.progress} data-on={query.isFetching || undefined} aria-hidden />
      <div className={styles.expression}>
        <ExpressionField
          value={draft}
          onChange={setDraft}
          onExecute={execute}
          mark={mark}
          lit={lit !== null && lit.query === draft ? lit.range : null}
          notes={notes}
          invalid={mark !== null && draft === panel.expr}
          autoFocus={first && panel.expr === ''}
        />
        <div className={styles.run}>
          {slow ? (
            <Button
              variant="default"
              className={styles.execute}
              leftSection={<IconPlayerStopFilled size={14} />}
              onClick={() => void client.cancelQueries({ queryKey: panelQueryKey(panel) })}
            >
              Cancel
            </Button>
          ) : (
            <Button
              className={styles.execute}
              leftSection={<IconPlayerPlayFilled size={14} />}
              onClick={() => execute(draft)}
            >
              Execute
            </Button>
          )}
          <HistoryMenu onPick={(expr) => onChange({ ...panel, expr })} />
          <PanelMenu
            tooltip={tooltip}
            onTooltip={onTooltip}
            onDuplicate={onDuplicate}
            onRemove={onRemove}
          />
        </div>
      </div>
      <PanelToolbar panel={panel} onChange={onChange} query={query} />
      <PanelResult
        panel={panel}
        query={query}
        mark={mark}
        tooltip={tooltip}
        onZoom={zoom}
        onZoomOut={zoomOut}
        onLight={(of, node) => setLit(node === null ? null : { query: of, range: node })}
        onExplain={(explain) => onChange({ ...panel, explain })}
        onNow={() => onChange({ ...panel, endMs: null, momentMs: null })}
        onPick={(expr) => {
          rememberQuery(expr);
          onChange({ ...panel, expr });
        }}
      />
    </section>
  );
}
