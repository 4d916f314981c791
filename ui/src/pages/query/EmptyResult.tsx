import { IconZoomExclamation } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { queryInstant } from '../../api/query';
import { querySource } from '../../api/source';
import { nearestName } from '../../lib/fuzzy';
import { metricNames } from '../../lib/metricNames';
import type { PanelState } from '../../lib/panelUrl';
import { formatCount } from '../../lib/units';
import { EmptyState } from '../../parts/EmptyState';
import { usePromqlNames } from '../../promql/usePromqlNames';
import { Button } from '../../parts/Button';

export interface EmptyResultProps {
  expr: string;
  panel: PanelState;
  onPick: (expr: string) => void;
  /** Brings the panel back to the present. */
  onNow: () => void;
}

/** Why nothing came back, and the name that was probably meant. */
export function EmptyResult({ expr, panel, onPick, onNow }: EmptyResultProps) {
  const known = usePromqlNames();
  const unknown = metricNames(expr).find((name) => known.length > 0 && !known.includes(name));
  const meant = unknown === undefined ? null : nearestName(unknown, known);
  const size = useQuery({
    queryKey: ['series-of', meant, querySource()],
    queryFn: ({ signal }) => queryInstant(`count(${meant ?? ''})`, Date.now(), signal),
    enabled: meant !== null,
    staleTime: 60_000,
    retry: false,
  });
  const result = size.data?.data.result;
  const value = result?.type === 'vector' ? result.samples[0]?.value : undefined;
  const series =
    value?.kind === 'float' ? ` (${formatCount(value.number, 'series', 'series')})` : '';
  const past = panel.tab === 'graph' ? panel.endMs !== null : panel.momentMs !== null;
  const when = panel.tab === 'graph' ? 'in this range' : 'at this moment';
  return (
    <EmptyState
      icon={<IconZoomExclamation size={32} stroke={1.5} />}
      title={`No series match ${when}`}
      action={
        meant !== null && unknown !== undefined ? (
          <Button variant="default" onClick={() => onPick(expr.split(unknown).join(meant))}>
            {`Use ${meant}`}
          </Button>
        ) : past ? (
          <Button variant="default" onClick={onNow}>
            Go to now
          </Button>
        ) : undefined
      }
    >
      {unknown === undefined && 'The metrics exist, but no series has these labels at these times.'}
      {unknown !== undefined && (
        <>
          {'There is no metric '}
          <code>{unknown}</code>
          {meant === null ? '.' : '. Did you mean '}
          {meant !== null && (
            <>
              <code>{meant}</code>
              {`${series}?`}
            </>
          )}
        </>
      )}
    </EmptyState>
  );
}
