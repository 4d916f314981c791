// What the managed Alertmanager holds, found by the labels that the rule's own list has too.

import { useQuery } from '@tanstack/react-query';
import { fetchManagedAlerts, type HeldAlert } from '../../api/alerts';
import { settled } from '../../api/grafana/client';
import { isInternal, labelEntries, type Labels } from '../../lib/labels';

export type ManagedHeld = ReadonlyMap<string, HeldAlert>;

export function heldKey(labels: Labels): string {
  return JSON.stringify(labelEntries(labels).filter(([name]) => !isInternal(name)));
}

/** Empty while that is not known. */
export function useManagedHeld(enabled: boolean): ManagedHeld {
  const { data } = useQuery({
    enabled,
    queryKey: ['alerting', 'managed-held'],
    queryFn: async ({ signal }) => settled(await fetchManagedAlerts(signal)),
    refetchInterval: 10_000,
    select: (alerts) => new Map(alerts.map((one) => [heldKey(one.labels), one])),
  });
  return data ?? new Map<string, HeldAlert>();
}
