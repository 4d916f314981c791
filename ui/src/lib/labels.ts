// Label sets as text, and what a group of them has in common.

export type Labels = Readonly<Record<string, string>>;

export const METRIC_NAME = '__name__';

const PLAIN_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function quote(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}

/** What managed alerts carry for the server's own use: which rule, which route. */
export function isInternal(name: string): boolean {
  return /^__(alert_rule|grafana)_\w*__$/.test(name);
}

export function labelEntries(labels: Labels): [string, string][] {
  return Object.entries(labels)
    .filter(([name]) => name !== METRIC_NAME)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export function formatMatcher(name: string, value: string): string {
  return `${PLAIN_LABEL.test(name) ? name : quote(name)}=${quote(value)}`;
}

/** The series as PromQL would select it: `up{job="node"}`. */
export function formatSeries(labels: Labels): string {
  const name = labels[METRIC_NAME] ?? '';
  const parts = labelEntries(labels).map(([key, value]) => formatMatcher(key, value));
  const plain = name === '' || PLAIN_METRIC.test(name);
  if (!plain) parts.unshift(quote(name));
  if (parts.length === 0) return name === '' ? '{}' : name;
  return `${plain ? name : ''}{${parts.join(', ')}}`;
}

export interface SplitLabels {
  /** What every series carries with the same value. */
  common: Labels;
  /** What is left of each, in the order given. */
  rest: Labels[];
}

/** Takes out what all series share, so that a legend shows only what tells them apart. */
export function splitCommon(series: readonly Labels[]): SplitLabels {
  const [first, ...others] = series;
  if (first === undefined || others.length === 0) return { common: {}, rest: [...series] };
  const common: Record<string, string> = {};
  for (const [name, value] of Object.entries(first)) {
    if (others.every((labels) => labels[name] === value)) common[name] = value;
  }
  const rest = series.map((labels) =>
    Object.fromEntries(Object.entries(labels).filter(([name]) => !(name in common))),
  );
  return { common, rest };
}
