import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Redirect, useParams, useSearch } from 'wouter';
import { GrafanaError, settled } from '../../api/grafana/client';
import {
  fetchDashboard,
  fetchLibraryElement,
  fetchPublicDashboard,
  fetchSnapshot,
  NO_META,
  searchDashboards,
  type StoredDashboard,
} from '../../api/grafana/dashboards';
import { runQueries } from '../../api/grafana/data';
import { fetchFrontendSettings, fetchPreferences } from '../../api/grafana/people';
import { loadDashboard } from '../../dash/model/load';
import type { LoadedDashboard } from '../../dash/model';
import type { Send } from '../../dash/query/pool';
import { QueryRunner } from '../../dash/query/runner';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { Notice } from '../../parts/Notice';
import { useUser } from '../../parts/session';
import { loadViz } from '../../viz/registry';
import { readAddress } from './address';
import type { PanelRunner } from './panelRunner';
import { AppLink } from './AppLink';
import { DashboardView } from './DashboardView';
import { sourcesOf } from './sources';
import { useThemeParam } from './useThemeParam';
import { makeVariables } from './variables';
import styles from './dashboard.module.css';

interface Opened {
  readonly stored: StoredDashboard;
  readonly loaded: LoadedDashboard;
  /** Where it is not the usual one. */
  readonly makeRunner?: () => PanelRunner;
}

const send: Send = async (body, signal) => {
  const answer = await runQueries(body, signal);
  if (answer.ok) return { kind: 'answer', body: answer.data };
  return answer.status === 0
    ? { kind: 'network', message: answer.message }
    : { kind: 'refused', status: answer.status, message: answer.message };
};

async function open(stored: StoredDashboard, signal: AbortSignal): Promise<Opened> {
  const loaded = await loadDashboard(stored.dashboard);
  // The code of its panels comes while its variables are asked for.
  for (const type of new Set(loaded.dashboard.panels.map((panel) => panel.type))) {
    if (type !== 'row') loadViz(type).catch(() => undefined);
  }
  const all = loaded.dashboard.panels.flatMap((panel) => [panel, ...panel.panels]);
  if (all.every(({ libraryPanel }) => libraryPanel === null)) return { stored, loaded };
  const { withLibraryPanels } = await import('./libraryPanels');
  const dashboard = await withLibraryPanels(loaded.dashboard, async (uid) => {
    const element = await fetchLibraryElement(uid, signal);
    return element.ok ? element.data.model : null;
  });
  return { stored, loaded: { ...loaded, dashboard } };
}

/** `/d/:uid[/:slug]` */
export function DashboardPage() {
  const { uid } = useParams<{ uid: string }>();
  const query = useQuery({
    queryKey: ['dashboard', uid],
    queryFn: async ({ signal }) => open(settled(await fetchDashboard(uid, signal)), signal),
    // An open dashboard is not replaced beneath the person's hands.
    staleTime: Infinity,
    gcTime: 0,
  });
  return <Opening query={query} what="dashboard" />;
}

/** `/dashboard/new[?folderUid=…]`: one that is nowhere but here until it is saved. */
export function NewDashboardPage() {
  const folderUid = new URLSearchParams(useSearch()).get('folderUid') ?? '';
  const query = useQuery({
    queryKey: ['new-dashboard', folderUid],
    queryFn: async ({ signal }) => {
      const meta = { ...NO_META, canEdit: true, canSave: true, folderUid };
      const dashboard = { title: 'New dashboard', panels: [], schemaVersion: 42 };
      return open({ meta, dashboard }, signal);
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  return <Opening query={query} what="dashboard" />;
}

/** `/d-solo/:uid[/:slug]?panelId=4`: one panel, to be put into another page. */
export function SoloPage() {
  const { uid } = useParams<{ uid: string }>();
  const { panelId } = readAddress(useSearch());
  const query = useQuery({
    queryKey: ['dashboard', uid],
    queryFn: async ({ signal }) => open(settled(await fetchDashboard(uid, signal)), signal),
    staleTime: Infinity,
    gcTime: 0,
  });
  return <Opening query={query} what="dashboard" onlyPanel={panelId} />;
}

/** `/dashboard/snapshot/:key` */
export function SnapshotPage() {
  const { key } = useParams<{ key: string }>();
  const query = useQuery({
    queryKey: ['snapshot', key],
    queryFn: async ({ signal }) => open(settled(await fetchSnapshot(key, signal)), signal),
    staleTime: Infinity,
    gcTime: 0,
  });
  return <Opening query={query} what="snapshot" frozen />;
}

/** `/public-dashboards/:token` */
export function PublicPage() {
  const { token } = useParams<{ token: string }>();
  const query = useQuery({
    queryKey: ['public-dashboard', token],
    queryFn: async ({ signal }): Promise<Opened> => {
      const { askPublic, PublicRunner } = await import('./publicRunner');
      const opened = await open(settled(await fetchPublicDashboard(token, signal)), signal);
      return { ...opened, makeRunner: () => new PublicRunner(askPublic(token)) };
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  return <Opening query={query} what="dashboard" frozen token={token} />;
}

/** `/dashboard/db/:slug`, as addresses were before version 5. */
export function OldAddressPage() {
  const { slug } = useParams<{ slug: string }>();
  const search = useSearch();
  const query = useQuery({
    queryKey: ['dashboard-by-slug', slug],
    queryFn: async ({ signal }) => {
      const words = slug.replaceAll('-', ' ');
      const hits = settled(await searchDashboards({ type: 'dash-db', limit: 5000 }, signal));
      const exact = hits.find((hit) => hit.url.endsWith(`/${slug}`));
      return exact ?? hits.find((hit) => hit.title.toLowerCase() === words) ?? null;
    },
  });
  if (query.data === undefined)
    return query.error === null ? <Skeletons /> : <Failed error={query.error} what="dashboard" />;
  if (query.data === null) {
    return (
      <Failed
        error={new GrafanaError(404, `No dashboard is called “${slug}”.`, null)}
        what="dashboard"
      />
    );
  }
  return (
    <Redirect to={`/d/${query.data.uid}/${slug}${search === '' ? '' : `?${search}`}`} replace />
  );
}

interface OpeningProps {
  query: { readonly data: Opened | undefined; readonly error: Error | null };
  what: string;
  onlyPanel?: string;
  frozen?: boolean;
  /** Of a public page. */
  token?: string;
}

function Opening({ query, what, onlyPanel, frozen = false, token }: OpeningProps) {
  useThemeParam();
  const user = useUser();
  const settings = useQuery({
    queryKey: ['frontend-settings'],
    queryFn: async ({ signal }) => settled(await fetchFrontendSettings(signal)),
    staleTime: 60_000,
  });
  const preferences = useQuery({
    enabled: !frozen && user?.anonymous === false,
    queryKey: ['preferences'],
    queryFn: async ({ signal }) => {
      const answer = await fetchPreferences(signal);
      return answer.ok ? answer.data : null;
    },
    staleTime: 5 * 60_000,
  });
  const opened = query.data;
  // Whoever may not ask for settings still sees a snapshot.
  const known = settings.data ?? (settings.error !== null ? null : undefined);
  // Whoever has no name has no preferences.
  const own = frozen || user?.anonymous === true ? null : preferences.data;
  const deps = useMemo(() => {
    if (opened === undefined || known === undefined || own === undefined) return null;
    const { loaded, stored } = opened;
    const sources = known === null ? [] : sourcesOf(known);
    return {
      dashboard: loaded.dashboard,
      meta: stored.meta,
      notes: loaded.notes,
      sources,
      user: user ?? null,
      leastRefresh: known?.minRefreshInterval ?? '',
      timezone: own === null || own.timezone === '' ? 'browser' : own.timezone,
      frozen,
      token: token ?? null,
      send,
      makeRunner: opened.makeRunner ?? (() => new QueryRunner(send)),
      variables: makeVariables(sources, user ?? null, frozen),
    };
    // The person is known or not when the dashboard opens; a later answer does not open it anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [opened, known, own, frozen, token]);
  if (query.error !== null) return <Failed error={query.error} what={what} />;
  if (deps === null) return <Skeletons />;
  return (
    <DashboardView
      key={deps.dashboard.uid}
      deps={deps}
      {...(onlyPanel === undefined ? {} : { onlyPanel })}
    />
  );
}

function Skeletons() {
  return (
    <div className={styles.page} role="status" aria-label="Loading the dashboard">
      <div className={styles.skeletons}>
        {Array.from({ length: 8 }, (_, i) => (
          <div key={i} />
        ))}
      </div>
    </div>
  );
}

function Failed({ error, what }: { error: Error; what: string }) {
  const status = error instanceof GrafanaError ? error.status : 0;
  if (status === 404) {
    return (
      <div className={styles.page}>
        <EmptyState
          title={`There is no such ${what}.`}
          action={<AppLink url="/dashboards">All dashboards</AppLink>}
        >
          {error.message}
        </EmptyState>
      </div>
    );
  }
  return (
    <div className={styles.page}>
      <Notice
        kind="error"
        title={`The ${what} could not be opened`}
        action={
          <Button variant="default" size="xs" onClick={() => window.location.reload()}>
            Try again
          </Button>
        }
      >
        {error.message}
      </Notice>
    </div>
  );
}
