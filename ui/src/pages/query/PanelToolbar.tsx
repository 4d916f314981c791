import { IconChartAreaLine, IconChartLine, IconListTree, IconTable } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { PanelState, PanelTab } from '../../lib/panelUrl';
import { MomentControl } from './MomentControl';
import { QueryStatus } from './QueryStatus';
import { RangeControl } from './RangeControl';
import { ResolutionControl } from './ResolutionControl';
import type { PanelAnswer } from './usePanelQuery';
import { IconButton } from '../../parts/IconButton';
import { Button } from '../../parts/Button';
import { Segments } from '../../parts/Segments';
import styles from './query.module.css';

export interface PanelToolbarProps {
  panel: PanelState;
  onChange: (panel: PanelState) => void;
  query: UseQueryResult<PanelAnswer>;
}

const TABS: { value: PanelTab; label: React.ReactNode }[] = [
  {
    value: 'graph',
    label: (
      <span className={styles.tab}>
        <IconChartLine size={15} aria-hidden /> Graph
      </span>
    ),
  },
  {
    value: 'table',
    label: (
      <span className={styles.tab}>
        <IconTable size={15} aria-hidden /> Table
      </span>
    ),
  },
];

export function PanelToolbar({ panel, onChange, query }: PanelToolbarProps) {
  const graph = panel.tab === 'graph';
  return (
    <div className={styles.toolbar}>
      <Segments
        aria-label="Show as"
        data={TABS}
        value={panel.tab}
        onChange={(tab) => onChange({ ...panel, tab })}
      />
      <Button
        variant="default"
        className={styles.explainButton}
        aria-pressed={panel.explain}
        leftSection={<IconListTree size={15} aria-hidden />}
        title="Where the time of this query goes"
        onClick={() => onChange({ ...panel, explain: !panel.explain })}
      >
        Explain
      </Button>
      {graph ? (
        <>
          <RangeControl panel={panel} onChange={onChange} />
          <ResolutionControl panel={panel} onChange={onChange} />
          <IconButton
            variant="default"
            size={32}
            aria-pressed={panel.stacked}
            aria-label="Stack the series"
            title="Stack the series on one another"
            onClick={() => onChange({ ...panel, stacked: !panel.stacked })}
          >
            <IconChartAreaLine size={17} />
          </IconButton>
        </>
      ) : (
        <MomentControl panel={panel} onChange={onChange} />
      )}
      <QueryStatus
        query={query}
        onExplain={panel.explain ? null : () => onChange({ ...panel, explain: true })}
      />
    </div>
  );
}
