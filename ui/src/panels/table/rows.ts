import type { QueryResult, SampleValue } from '../../api/query';
import { METRIC_NAME, type Labels } from '../../lib/labels';

export interface TableRow {
  readonly name: string;
  readonly labels: Labels;
  readonly timeMs: number;
  readonly value: SampleValue | { readonly kind: 'text'; readonly text: string };
  /** Further samples, where the expression is a range vector. */
  readonly more: readonly { readonly timeMs: number; readonly text: string }[];
}

function floatValue(text: string): SampleValue {
  const number = Number(text.replace('Inf', 'Infinity'));
  return { kind: 'float', text, number };
}

export function toRows(result: QueryResult): TableRow[] {
  switch (result.type) {
    case 'vector':
      return result.samples.map(({ metric, timeMs, value }) => ({
        name: metric[METRIC_NAME] ?? '',
        labels: metric,
        timeMs,
        value,
        more: [],
      }));
    case 'matrix':
      return result.series.map((one) => {
        const samples = [...one.times].map((timeMs, i) => ({
          timeMs,
          text: String(one.values[i] ?? NaN),
        }));
        const first = one.histograms[0];
        const value: SampleValue =
          samples.length === 0 && first !== undefined
            ? { kind: 'histogram', histogram: first.histogram }
            : floatValue(samples.at(-1)?.text ?? 'NaN');
        return {
          name: one.metric[METRIC_NAME] ?? '',
          labels: one.metric,
          timeMs: samples.at(-1)?.timeMs ?? first?.timeMs ?? 0,
          value,
          more: samples,
        };
      });
    case 'string':
      return [{ ...single(result), value: { kind: 'text', text: result.text } }];
    case 'scalar':
      return [{ ...single(result), value: floatValue(result.text) }];
  }
}

function single(result: {
  readonly type: string;
  readonly timeMs: number;
}): Omit<TableRow, 'value'> {
  return { name: result.type, labels: {}, timeMs: result.timeMs, more: [] };
}
