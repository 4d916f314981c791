// Groups of alerts, as Alertmanager made them or by labels someone asks for.

import type { Labels } from './labels';

export interface Groupable {
  readonly fingerprint: string;
  readonly labels: Labels;
}

export interface Group<A> {
  readonly labels: Labels;
  readonly receiver: string;
  readonly alerts: readonly A[];
}

/** The names in `group=a,b`. */
export function groupNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Each alert once, with those that have the same values of these labels. */
export function regroup<A extends Groupable>(
  groups: readonly Group<A>[],
  names: readonly string[],
): Group<A>[] {
  const seen = new Set<string>();
  const found = new Map<string, { labels: Record<string, string>; alerts: A[] }>();
  for (const alert of groups.flatMap((group) => group.alerts)) {
    if (seen.has(alert.fingerprint)) continue;
    seen.add(alert.fingerprint);
    const labels = Object.fromEntries(
      names.flatMap((name) => {
        const value = alert.labels[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const key = JSON.stringify(Object.entries(labels).sort());
    const group = found.get(key) ?? { labels, alerts: [] };
    group.alerts.push(alert);
    found.set(key, group);
  }
  return [...found.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ ...group, receiver: '' }));
}

/** What tells a group from the others on a page and finds its timer. */
export function groupId(receiver: string, labels: Labels): string {
  return JSON.stringify([receiver, Object.entries(labels).sort()]);
}
