// What panels that list things ask of the server.

import { settled } from '../../api/grafana/client';
import { fetchAlertingOverview, type OverviewRule } from '../../api/grafana/alerting';
import { searchDashboards, starDashboard, type SearchHit } from '../../api/grafana/dashboards';
import { fetchAnnotations } from '../../api/grafana/data';
import { recentDashboards } from '../../lib/recentDashboards';
import type {
  AlertFilter,
  AlertState,
  ListedAlert,
  ListedDashboard,
  VizData,
} from '../../viz/VizData';

function listed(hit: SearchHit): ListedDashboard {
  return {
    uid: hit.uid,
    title: hit.title,
    url: hit.url === '' ? `/d/${hit.uid}` : hit.url,
    folder: hit.folderTitle,
    tags: hit.tags,
    starred: hit.isStarred,
  };
}

export const listDashboards: VizData['listDashboards'] = async (query, want, signal) => {
  const search = async (request: Parameters<typeof searchDashboards>[0]) =>
    settled(await searchDashboards({ type: 'dash-db', ...request }, signal)).map(listed);
  const recentUids = want.recent ? recentDashboards().map(({ uid }) => uid) : [];
  const [starred, found, recent] = await Promise.all([
    want.starred ? search({ starred: true, limit: query.limit }) : [],
    want.found
      ? search({
          query: query.text,
          tags: query.tags,
          ...(query.folderUid === '' ? {} : { folderUids: [query.folderUid] }),
          limit: query.limit,
        })
      : [],
    recentUids.length > 0 ? search({ uids: recentUids, limit: recentUids.length }) : [],
  ]);
  const order = (one: ListedDashboard) => recentUids.indexOf(one.uid);
  return {
    starred,
    found,
    recent: recent.toSorted((a, b) => order(a) - order(b)).slice(0, query.limit),
  };
};

const STATES: Readonly<Record<string, AlertState>> = {
  firing: 'firing',
  alerting: 'firing',
  pending: 'pending',
  recovering: 'recovering',
  nodata: 'nodata',
  error: 'error',
};

/** "Normal (NoData)" is normal, "Alerting (Error)" fires. */
export function alertState(text: string): AlertState {
  return STATES[text.toLowerCase().replace(/\s*\(.*$/, '')] ?? 'normal';
}

function rulePath({ source, uid, name }: OverviewRule): string {
  return source === 'grafana' && uid !== ''
    ? `/alerting/grafana/${encodeURIComponent(uid)}/view`
    : `/alerts?filter=${encodeURIComponent(name)}`;
}

/** A rule without alerts stands for itself, so that what is normal can be listed too. */
export function alertsOf(
  rules: readonly OverviewRule[],
  filter: AlertFilter,
  dashboardUid: string,
): readonly ListedAlert[] {
  const name = filter.name.toLowerCase();
  return rules
    .filter(
      (rule) =>
        (name === '' || rule.name.toLowerCase().includes(name)) &&
        (filter.folder === '' || rule.folder === filter.folder) &&
        (filter.datasource === '' ||
          (filter.datasource === 'grafana') === (rule.source === 'grafana')) &&
        (!filter.dashboardOnly || rule.dashboardUid === dashboardUid),
    )
    .flatMap((rule): readonly ListedAlert[] => {
      const common = { name: rule.name, url: rulePath(rule), folder: rule.folder };
      const summary = (notes: Readonly<Record<string, string>>) =>
        notes['summary'] ?? notes['description'] ?? '';
      if (rule.alerts.length === 0) {
        return [
          {
            ...common,
            state: rule.health === 'error' ? 'error' : alertState(rule.state),
            labels: rule.labels,
            summary: rule.health === 'error' ? rule.lastError : summary(rule.annotations),
          },
        ];
      }
      return rule.alerts.map((alert) => ({
        ...common,
        state: alertState(alert.state),
        labels: alert.labels,
        summary: summary({ ...rule.annotations, ...alert.annotations }),
        ...(alert.activeAt === null ? {} : { since: alert.activeAt }),
      }));
    });
}

export const listAlerts = async (
  filter: AlertFilter,
  dashboardUid: string,
  signal: AbortSignal,
): Promise<readonly ListedAlert[]> =>
  alertsOf(settled(await fetchAlertingOverview(signal)), filter, dashboardUid);

export const listAnnotations = async (
  filter: Parameters<VizData['listAnnotations']>[0],
  dashboardUid: string,
  signal: AbortSignal,
): ReturnType<VizData['listAnnotations']> => {
  const found = settled(
    await fetchAnnotations(
      {
        from: filter.from ?? 0,
        to: filter.to ?? Date.now(),
        tags: filter.tags,
        limit: filter.limit,
        ...(filter.dashboardOnly ? { dashboardUid } : {}),
      },
      signal,
    ),
  );
  return found.map((one) => ({
    id: one.id,
    time: one.time,
    timeEnd: Math.max(one.timeEnd, one.time),
    text: one.text,
    tags: one.tags,
    color: 'var(--ember)',
    source: '',
    ...(one.alertName === '' ? {} : { title: one.alertName }),
    ...(one.panelId === 0 ? {} : { panelId: one.panelId }),
    ...(one.login === '' ? {} : { login: one.login }),
    ...(one.dashboardUID === '' ? {} : { url: `/d/${one.dashboardUID}` }),
  }));
};

export const star = async (uid: string, on: boolean): Promise<void> => {
  settled(await starDashboard(uid, on));
};
