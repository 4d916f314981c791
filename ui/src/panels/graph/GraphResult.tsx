import { useMemo, useState } from 'react';
import type { MatrixSeries } from '../../api/query';
import type { TooltipMode } from '../../chart/tooltip';
import { METRIC_NAME } from '../../lib/labels';
import type { QueryWindow } from '../../lib/timeRange';
import { formatCount, type Unit } from '../../lib/units';
import { LabelChips } from '../../parts/LabelChips';
import { Notice } from '../../parts/Notice';
import { Graph } from './Graph';
import { Legend } from './Legend';
import { useGraphSeries } from './useGraphSeries';
import { Button } from '../../parts/Button';
import styles from './GraphResult.module.css';

export interface GraphResultProps {
  matrix: readonly MatrixSeries[];
  window: QueryWindow;
  unit: Unit;
  stacked: boolean;
  tooltip: TooltipMode;
  onZoom: (startMs: number, endMs: number) => void;
  onZoomOut: () => void;
}

/** More lines than this are drawn only on request: a browser has limits, and so have eyes. */
const MAX_LINES = 300;

export function GraphResult({ matrix, window, unit, stacked, ...rest }: GraphResultProps) {
  const [all, setAll] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [focus, setFocus] = useState<number | null>(null);
  const cut = !all && matrix.length > MAX_LINES;
  const shown = useMemo(() => (cut ? matrix.slice(0, MAX_LINES) : matrix), [cut, matrix]);
  const model = useGraphSeries(shown, window);

  const visible = useMemo(
    () => new Set(model.series.flatMap((one, i) => (hidden.has(one.full) ? [] : [i]))),
    [model, hidden],
  );

  const only = (index: number) => {
    const alone = visible.size === 1 && visible.has(index);
    const others = model.series.filter((_, i) => i !== index).map((one) => one.full);
    setHidden(alone ? new Set() : new Set(others));
  };
  const toggle = (index: number) => {
    const name = model.series[index]?.full ?? '';
    const changed = new Set(hidden);
    if (!changed.delete(name)) changed.add(name);
    setHidden(changed);
  };

  const { [METRIC_NAME]: commonName, ...commonLabels } = model.common;
  const hasCommon = commonName !== undefined || Object.keys(commonLabels).length > 0;
  return (
    <div className={styles.result}>
      <Graph
        model={model}
        window={window}
        unit={unit}
        stacked={stacked}
        visible={visible}
        focus={focus}
        {...rest}
      />
      {cut && (
        <Notice
          kind="info"
          action={
            <Button size="xs" variant="default" onClick={() => setAll(true)}>
              Draw all
            </Button>
          }
        >
          {`The first ${MAX_LINES} of ${formatCount(matrix.length, 'series', 'series')} are drawn.`}
        </Notice>
      )}
      {model.histograms > 0 && (
        <Notice kind="info">
          {`${formatCount(model.histograms, 'series holds', 'series hold')} native histograms, which are no lines. `}
          {`Take histogram_quantile() or histogram_avg() of them, or see the table.`}
        </Notice>
      )}
      {hasCommon && model.series.length > 1 && (
        <p className={styles.common}>
          <span className={styles.commonTitle}>All series</span>
          {commonName !== undefined && <code>{commonName}</code>}
          <LabelChips labels={commonLabels} />
        </p>
      )}
      <Legend
        series={model.series}
        unit={unit}
        visible={visible}
        onOnly={only}
        onToggle={toggle}
        onFocus={setFocus}
      />
    </div>
  );
}
