import { useMemo } from 'react';
import type { MatrixSeries } from '../../api/query';
import { summarise, toColumns, type ColumnSummary } from '../../lib/columns';
import {
  formatSeries,
  labelEntries,
  METRIC_NAME,
  splitCommon,
  type Labels,
} from '../../lib/labels';
import { assignColours } from '../../lib/palette';
import type { QueryWindow } from '../../lib/timeRange';

export interface GraphSeries {
  /** What tells it apart from the others. */
  readonly label: string;
  /** The same in pieces: a label's name, where it is shown, and its value. */
  readonly parts: readonly (readonly [string, string])[];
  readonly full: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly summary: ColumnSummary;
}

export interface GraphModel {
  readonly times: Float64Array;
  readonly series: readonly GraphSeries[];
  readonly common: Labels;
  /** Series that hold only native histograms, which are no lines. */
  readonly histograms: number;
}

export function useGraphSeries(matrix: readonly MatrixSeries[], window: QueryWindow): GraphModel {
  return useMemo(() => {
    const drawn = matrix.filter((one) => one.times.length > 0);
    const labels = drawn.map((one) => one.metric);
    const { common, rest } = splitCommon(labels);
    const slots = assignColours(labels);
    const columns = toColumns(drawn, window.startMs, window.endMs, window.stepMs);
    const series = drawn.map((one, i): GraphSeries => {
      const values = columns.values[i] ?? [];
      const parts = shortName(rest[i] ?? {}, one.metric);
      return {
        label: parts.map(([name, value]) => (name === '' ? value : `${name}=${value}`)).join('  '),
        parts,
        full: formatSeries(one.metric),
        colour: `var(--series-${slots[i] ?? 0})`,
        values,
        summary: summarise(values),
      };
    });
    return { times: columns.times, series, common, histograms: matrix.length - drawn.length };
  }, [matrix, window]);
}

/** The metric's name if it differs, then the labels that do. */
function shortName(rest: Labels, metric: Labels): [string, string][] {
  const names = Object.keys(rest);
  if (names.length === 0) {
    return [['', formatSeries(metric)]];
  }
  const metricName = rest[METRIC_NAME];
  const head: [string, string][] = metricName === undefined ? [] : [['', metricName]];
  return [...head, ...labelEntries(rest)];
}
