// What several pages of alerting ask the server for.

import { useQuery } from '@tanstack/react-query';
import { settled } from '../../api/grafana/client';
import {
  fetchContactPoints,
  fetchContactTypes,
  fetchMuteTimings,
} from '../../api/grafana/contacts';
import { searchDashboards } from '../../api/grafana/dashboards';
import { fetchRuleGroups } from '../../api/grafana/managedRules';
import { fetchFrontendSettings } from '../../api/grafana/people';

export function useContactPoints() {
  return useQuery({
    queryKey: ['managed', 'contact-points'],
    queryFn: async ({ signal }) => settled(await fetchContactPoints(signal)),
  });
}

export function useContactTypes() {
  return useQuery({
    queryKey: ['contact-types'],
    queryFn: async ({ signal }) => settled(await fetchContactTypes(signal)),
    staleTime: Infinity,
  });
}

export function useMuteTimings() {
  return useQuery({
    queryKey: ['managed', 'mute-timings'],
    queryFn: async ({ signal }) => settled(await fetchMuteTimings(signal)),
  });
}

export function useFolders() {
  return useQuery({
    queryKey: ['alerting-folders'],
    queryFn: async ({ signal }) =>
      settled(await searchDashboards({ type: 'dash-folder', limit: 1000 }, signal)),
  });
}

export function useRuleGroups() {
  return useQuery({
    queryKey: ['managed', 'groups'],
    queryFn: async ({ signal }) => settled(await fetchRuleGroups(signal)),
  });
}

export interface SourceChoice {
  readonly uid: string;
  readonly name: string;
  readonly isDefault: boolean;
}

/** Data sources that answer PromQL. */
export function useSources() {
  return useQuery({
    queryKey: ['frontend-settings'],
    queryFn: async ({ signal }) => settled(await fetchFrontendSettings(signal)),
    staleTime: 60_000,
    select: (settings): readonly SourceChoice[] =>
      Object.values(settings.datasources)
        .filter(({ type }) => type === 'prometheus')
        .map(({ uid, name, isDefault }) => ({ uid, name, isDefault })),
  });
}
