// The words of a condition, as people know them from Grafana: `WHEN last() OF A IS BELOW 1`.

export interface ReducerWord {
  readonly id: string;
  /** What a `reduce` expression calls it; absent where only classic conditions have it. */
  readonly reduce?: string;
  /** What a classic condition calls it. */
  readonly classic?: string;
}

export const REDUCERS: readonly ReducerWord[] = [
  { id: 'last', reduce: 'last', classic: 'last' },
  { id: 'min', reduce: 'min', classic: 'min' },
  { id: 'max', reduce: 'max', classic: 'max' },
  { id: 'avg', reduce: 'mean', classic: 'avg' },
  { id: 'sum', reduce: 'sum', classic: 'sum' },
  { id: 'count', reduce: 'count', classic: 'count' },
  { id: 'median', reduce: 'median', classic: 'median' },
  { id: 'diff', classic: 'diff' },
  { id: 'diff_abs', classic: 'diff_abs' },
  { id: 'percent_diff', classic: 'percent_diff' },
  { id: 'percent_diff_abs', classic: 'percent_diff_abs' },
  { id: 'count_non_null', classic: 'count_non_null' },
];

export interface EvaluatorWord {
  readonly id: string;
  readonly words: string;
  /** How many numbers it wants. */
  readonly params: 0 | 1 | 2;
  readonly threshold: boolean;
  readonly classic: boolean;
}

export const EVALUATORS: readonly EvaluatorWord[] = [
  { id: 'gt', words: 'IS ABOVE', params: 1, threshold: true, classic: true },
  { id: 'lt', words: 'IS BELOW', params: 1, threshold: true, classic: true },
  { id: 'within_range', words: 'IS WITHIN RANGE', params: 2, threshold: true, classic: true },
  { id: 'outside_range', words: 'IS OUTSIDE RANGE', params: 2, threshold: true, classic: true },
  { id: 'no_value', words: 'HAS NO VALUE', params: 0, threshold: false, classic: true },
  { id: 'eq', words: 'IS EQUAL TO', params: 1, threshold: true, classic: false },
  { id: 'ne', words: 'IS NOT EQUAL TO', params: 1, threshold: true, classic: false },
  { id: 'gte', words: 'IS ABOVE OR EQUAL TO', params: 1, threshold: true, classic: false },
  { id: 'lte', words: 'IS BELOW OR EQUAL TO', params: 1, threshold: true, classic: false },
  {
    id: 'within_range_included',
    words: 'IS WITHIN RANGE (INCLUDED)',
    params: 2,
    threshold: true,
    classic: false,
  },
  {
    id: 'outside_range_included',
    words: 'IS OUTSIDE RANGE (INCLUDED)',
    params: 2,
    threshold: true,
    classic: false,
  },
];

export type Shape = 'each' | 'all';

export function reducersFor(shape: Shape): readonly ReducerWord[] {
  return REDUCERS.filter((one) => (shape === 'each' ? one.reduce : one.classic) !== undefined);
}

export function evaluatorsFor(shape: Shape): readonly EvaluatorWord[] {
  return EVALUATORS.filter((one) => (shape === 'each' ? one.threshold : one.classic));
}

export function evaluatorOf(id: string): EvaluatorWord | undefined {
  return EVALUATORS.find((one) => one.id === id);
}

export function reducerByReduce(name: string): string | undefined {
  return REDUCERS.find((one) => one.reduce === name || (name === 'avg' && one.id === 'avg'))?.id;
}

export function reducerByClassic(name: string): string | undefined {
  return REDUCERS.find((one) => one.classic === name)?.id;
}
