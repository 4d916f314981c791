import {
  IconBell,
  IconChartLine,
  IconHome,
  IconLayoutDashboard,
  IconSend,
  IconServer2,
  IconSettings,
  IconTargetArrow,
  type Icon,
} from '@tabler/icons-react';
import { isServed } from '../api/served';

export interface Place {
  readonly path: string;
  readonly name: string;
  /** Pressed after `g`. */
  readonly key: string;
  readonly icon: Icon;
  /** The rail entry it stands under, where that is not itself. */
  readonly under?: string;
  readonly words: string;
}

/** Where there is no Prometheus in the process, alerts have Grafana's address alone. */
const ALERTS = isServed('/alerts') ? '/alerts' : '/alerting/list';
const NOTIFICATIONS = isServed('/notifications') ? '/notifications' : '/alerting/notifications';

/** Every page there is; the rail, the palette, the keys and the titles are made from it. */
const ALL: readonly Place[] = [
  {
    path: '/',
    name: 'Home',
    key: 'h',
    icon: IconHome,
    words: 'start firing starred recent',
  },
  {
    path: '/dashboards',
    name: 'Dashboards',
    key: 'D',
    icon: IconLayoutDashboard,
    words: 'folders panels boards browse',
  },
  {
    path: '/dashboard/new',
    name: 'New dashboard',
    key: 'N',
    icon: IconLayoutDashboard,
    under: '/dashboards',
    words: 'create build add panel',
  },
  {
    path: '/dashboard/import',
    name: 'Import a dashboard',
    key: 'I',
    icon: IconLayoutDashboard,
    under: '/dashboards',
    words: 'paste upload json gallery',
  },
  {
    path: '/dashboards/trash',
    name: 'Deleted lately',
    key: 'T',
    icon: IconLayoutDashboard,
    under: '/dashboards',
    words: 'trash restore undo',
  },
  {
    path: '/query',
    name: 'Query',
    key: 'q',
    icon: IconChartLine,
    words: 'graph explore promql expression',
  },
  {
    path: ALERTS,
    name: 'Alerts',
    key: 'a',
    icon: IconBell,
    words: 'firing pending for sparkline threshold',
  },
  {
    path: '/rules',
    name: 'Rules',
    key: 'r',
    icon: IconBell,
    under: ALERTS,
    words: 'groups recording evaluation missed',
  },
  {
    path: '/backtest',
    name: 'Back-test',
    key: 'b',
    icon: IconBell,
    under: ALERTS,
    words: 'would have fired history try a rule',
  },
  {
    path: '/alerting/new',
    name: 'New alert rule',
    key: 'W',
    icon: IconBell,
    under: ALERTS,
    words: 'create threshold when is below above',
  },
  {
    path: NOTIFICATIONS,
    name: 'Notifications',
    key: 'n',
    icon: IconSend,
    words: 'alertmanager groups receivers told',
  },
  ...(
    [
      ['/alerting/notifications', 'Contact points', 'C', 'telegram mail slack webhook receivers'],
      ['/alerting/routes', 'Policies', 'P', 'notification route tree matchers'],
      ['/alerting/mute-timings', 'Mute timings', 'M', 'nights weekends time intervals'],
      ['/alerting/templates', 'Message templates', 'E', 'words text of notifications'],
      ['/alerting/silences', 'Silences of managed alerts', 'Z', 'mute quiet maintenance'],
      ['/alerting/groups', 'Managed alerts now', 'G', 'groups told firing'],
      ['/alerting/why', 'Why, of managed alerts', 'Y', 'explain route muted'],
    ] as const
  )
    .filter(([path]) => path !== NOTIFICATIONS)
    .map(([path, name, key, words]) => ({
      path,
      name,
      key,
      words,
      icon: IconSend,
      under: NOTIFICATIONS,
    })),
  {
    path: '/notifications/log',
    name: 'Delivery log',
    key: 'l',
    icon: IconSend,
    under: NOTIFICATIONS,
    words: 'sent failed attempts history',
  },
  {
    path: '/notifications/why',
    name: 'Why',
    key: 'w',
    icon: IconSend,
    under: NOTIFICATIONS,
    words: 'explain alert route muted next',
  },
  {
    path: '/silences',
    name: 'Silences',
    key: 'z',
    icon: IconSend,
    under: NOTIFICATIONS,
    words: 'mute quiet maintenance',
  },
  {
    path: '/silences/new',
    name: 'New silence',
    key: 'm',
    icon: IconSend,
    under: '/silences',
    words: 'mute create',
  },
  {
    path: '/routing',
    name: 'Routing',
    key: 'o',
    icon: IconSend,
    under: NOTIFICATIONS,
    words: 'route tree matchers try labels',
  },
  {
    path: '/receivers',
    name: 'Receivers',
    key: 'e',
    icon: IconSend,
    under: NOTIFICATIONS,
    words: 'send a test integrations slack mail',
  },
  {
    path: '/dry-run',
    name: 'Try a configuration',
    key: 'y',
    icon: IconSend,
    under: NOTIFICATIONS,
    words: 'dry run alertmanager.yml diff',
  },
  {
    path: '/alerting-status',
    name: 'Status of alerting',
    key: 'i',
    icon: IconSend,
    under: NOTIFICATIONS,
    words: 'cluster peers version alertmanager.yml warnings',
  },
  {
    path: '/targets',
    name: 'Targets',
    key: 't',
    icon: IconTargetArrow,
    words: 'scrape pools up down',
  },
  {
    path: '/service-discovery',
    name: 'Service discovery',
    key: 'd',
    icon: IconTargetArrow,
    under: '/targets',
    words: 'dropped relabel',
  },
  {
    path: '/status',
    name: 'Server',
    key: 's',
    icon: IconServer2,
    words: 'status runtime build version health',
  },
  {
    path: '/config',
    name: 'Configuration',
    key: 'c',
    icon: IconServer2,
    under: '/status',
    words: 'yaml prometheus.yml',
  },
  {
    path: '/flags',
    name: 'Flags',
    key: 'f',
    icon: IconServer2,
    under: '/status',
    words: 'command line',
  },
  {
    path: '/tsdb-status',
    name: 'Storage',
    key: 'S',
    icon: IconServer2,
    under: '/status',
    words: 'tsdb head cardinality series',
  },
  {
    path: '/connections/datasources',
    name: 'Settings',
    key: 'x',
    icon: IconSettings,
    words: 'data sources connections prometheus test',
  },
  ...(
    [
      ['/org/users', 'Users', 'U', 'people accounts roles password'],
      ['/org/serviceaccounts', 'Service accounts', 'A', 'tokens api keys machines'],
      ['/org', 'Organisation', 'O', 'preferences of everybody'],
      ['/profile', 'You', 'p', 'profile password sessions preferences'],
    ] as const
  ).map(([path, name, key, words]) => ({
    path,
    name,
    key,
    words,
    icon: IconSettings,
    under: '/connections/datasources',
  })),
];

/** Those that this listener answers. */
export const PLACES: readonly Place[] = ALL.filter((place) => isServed(place.path));

export const RAIL: readonly Place[] = PLACES.filter((place) => place.under === undefined);

export interface Whereabouts {
  readonly title: string;
  /** The place it lies under, if any. */
  readonly parent: string | null;
  /** The path of its rail entry. */
  readonly rail: string;
}

/** Pages of one thing each, which no list leads to. */
const SINGLE: Readonly<Record<string, readonly [string, string]>> = {
  '/silences/view': ['Silence', '/silences'],
  '/silences/edit': ['Edit silence', '/silences'],
  '/alerting/silences/new': ['New silence', '/alerting/silences'],
  '/alerting/silences/view': ['Silence', '/alerting/silences'],
  '/alerting/silences/edit': ['Edit silence', '/alerting/silences'],
};

/** Pages of one thing each below a path; they say their own names once they know them. */
const BELOW: readonly (readonly [string, string, string])[] = [
  ['/connections/datasources/', 'Data source', '/connections/datasources'],
  ['/datasources/edit/', 'Data source', '/connections/datasources'],
  ['/d/', 'Dashboard', '/dashboards'],
  ['/d-solo/', 'Panel', '/dashboards'],
  ['/dashboards/f/', 'Folder', '/dashboards'],
  ['/dashboard/snapshot/', 'Snapshot', '/dashboards'],
  ['/dashboard/db/', 'Dashboard', '/dashboards'],
  ['/public-dashboards/', 'Dashboard', '/dashboards'],
  ['/alerting/', 'Alert rule', ALERTS],
];

export function whereIs(path: string): Whereabouts | null {
  const find = (wanted: string) => PLACES.find((place) => place.path === wanted);
  const below = BELOW.find(([start]) => path.startsWith(start));
  const single =
    SINGLE[path] ??
    (below === undefined || find(path) !== undefined ? undefined : [below[1], below[2]]);
  const [title, under] = single ?? [find(path)?.name, find(path)?.under];
  if (title === undefined) return null;
  let rail = path;
  for (let up = under; up !== undefined; up = find(up)?.under) rail = up;
  return { title, parent: under === undefined ? null : (find(under)?.name ?? null), rail };
}
