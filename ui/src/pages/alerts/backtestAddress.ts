// What the back-test page is asked for, in its address.

export interface BacktestForm {
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly keep: string;
  readonly range: string;
}

const RANGES = ['6h', '1d', '1w', '30d'];

export function readBacktest(search: string): BacktestForm {
  const params = new URLSearchParams(search);
  const range = params.get('range') ?? '';
  return {
    name: params.get('name') ?? '',
    expr: params.get('expr') ?? '',
    for: params.get('for') ?? '',
    keep: params.get('keep') ?? '',
    range: RANGES.includes(range) ? range : '1d',
  };
}

export function writeBacktest(form: BacktestForm): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'string' && value.trim() !== '') params.set(name, value.trim());
  }
  return params.toString();
}
