// Which alerts a list shows, in which order.

import { at, flagAt, isRecord, textAt, type Options } from '../shared/options';
import type { AlertState, ListedAlert } from '../VizData';

export const STATE_NAMES: Readonly<Record<AlertState, string>> = {
  firing: 'Firing',
  pending: 'Pending',
  recovering: 'Recovering',
  nodata: 'No data',
  error: 'Error',
  normal: 'Normal',
};

const SEVERITY: readonly AlertState[] = [
  'firing',
  'error',
  'pending',
  'nodata',
  'recovering',
  'normal',
];

/** An older list says `show: "current"` and names states otherwise. */
export function wantedStates(options: Options): ReadonlySet<AlertState> {
  const filter = at(options, 'stateFilter');
  const wanted = new Set<AlertState>();
  if (!isRecord(filter) || !Object.values(filter).some((one) => one === true)) {
    return new Set<AlertState>(['firing', 'pending', 'recovering', 'nodata', 'error']);
  }
  if (flagAt(options, 'stateFilter.firing') || flagAt(options, 'stateFilter.alerting')) {
    wanted.add('firing');
  }
  if (flagAt(options, 'stateFilter.pending')) wanted.add('pending');
  if (flagAt(options, 'stateFilter.recovering', wanted.has('firing'))) wanted.add('recovering');
  if (flagAt(options, 'stateFilter.noData') || flagAt(options, 'stateFilter.no_data')) {
    wanted.add('nodata');
  }
  if (flagAt(options, 'stateFilter.error') || flagAt(options, 'stateFilter.execution_error')) {
    wanted.add('error');
  }
  const normal = ['normal', 'inactive', 'ok'].some((one) => flagAt(options, `stateFilter.${one}`));
  if (normal) wanted.add('normal');
  return wanted;
}

/** `{severity="page", job=~"a.*"}`, with or without braces. */
export function matchesLabels(filter: string, labels: Readonly<Record<string, string>>): boolean {
  const found = [...filter.matchAll(/([\w.:-]+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)];
  return found.every(([, name = '', operator = '=', written = '']) => {
    const wanted = written.replace(/\\(.)/g, '$1');
    const value = labels[name] ?? '';
    if (operator === '=') return value === wanted;
    if (operator === '!=') return value !== wanted;
    let pattern: RegExp;
    try {
      pattern = new RegExp(`^(?:${wanted})$`);
    } catch {
      return true;
    }
    return pattern.test(value) === (operator === '=~');
  });
}

export function shownAlerts(
  alerts: readonly ListedAlert[],
  options: Options,
): readonly ListedAlert[] {
  const states = wantedStates(options);
  const filter = textAt(options, 'alertInstanceLabelFilter');
  const kept = alerts.filter((one) => states.has(one.state) && matchesLabels(filter, one.labels));
  const order = Number(at(options, 'sortOrder') ?? 3);
  const byName = (a: ListedAlert, b: ListedAlert) => a.name.localeCompare(b.name);
  const byTime = (a: ListedAlert, b: ListedAlert) => (b.since ?? 0) - (a.since ?? 0);
  const bySeverity = (a: ListedAlert, b: ListedAlert) =>
    SEVERITY.indexOf(a.state) - SEVERITY.indexOf(b.state) || byTime(a, b);
  const compare =
    order === 1
      ? byName
      : order === 2
        ? (a: ListedAlert, b: ListedAlert) => byName(b, a)
        : order === 4
          ? (a: ListedAlert, b: ListedAlert) => byTime(b, a)
          : order === 5
            ? byTime
            : bySeverity;
  return [...kept].sort(compare);
}

/** One group without a name where nothing is grouped by. */
export function groupAlerts(
  alerts: readonly ListedAlert[],
  by: readonly string[],
): readonly { readonly title: string; readonly alerts: readonly ListedAlert[] }[] {
  if (by.length === 0) return [{ title: '', alerts }];
  const groups = new Map<string, ListedAlert[]>();
  for (const one of alerts) {
    const title = by.map((name) => `${name}: ${one.labels[name] ?? 'none'}`).join(', ');
    const members = groups.get(title);
    if (members === undefined) groups.set(title, [one]);
    else members.push(one);
  }
  return [...groups].map(([title, members]) => ({ title, alerts: members }));
}
