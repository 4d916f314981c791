// Who looks, and what the server lets pages know of itself.

import {
  bool,
  map,
  number,
  object,
  optional,
  record,
  text,
  withDefault,
  type Decoded,
  type Decoder,
} from '../decode';
import { grafana, type GrafanaResult } from './client';

export type Role = 'Admin' | 'Editor' | 'Viewer' | 'None';

const role: Decoder<Role> = (value) =>
  value === 'Admin' || value === 'Editor' || value === 'None' ? value : 'Viewer';

const user = object({
  id: withDefault(number, 0),
  uid: withDefault(text, ''),
  login: withDefault(text, ''),
  name: withDefault(text, ''),
  email: withDefault(text, ''),
  theme: withDefault(text, ''),
  orgId: withDefault(number, 1),
  role,
  isGrafanaAdmin: withDefault(bool, false),
  anonymous: withDefault(bool, false),
  mustChangePassword: withDefault(bool, false),
  avatarUrl: withDefault(text, ''),
});
export type User = Decoded<typeof user>;

/** The visitor; 401 where someone must sign in first. */
export function fetchUser(signal?: AbortSignal): Promise<GrafanaResult<User>> {
  return grafana.get('api/user', user, {
    anyone: true,
    ...(signal === undefined ? {} : { signal }),
  });
}

export function mayEdit(who: User | null | undefined): boolean {
  return who?.role === 'Admin' || who?.role === 'Editor';
}

const sourceSettings = object({
  id: withDefault(number, 0),
  uid: withDefault(text, ''),
  type: withDefault(text, ''),
  name: withDefault(text, ''),
  isDefault: withDefault(bool, false),
  readOnly: withDefault(bool, false),
  /** It is this very server. */
  own: withDefault(bool, false),
  url: withDefault(text, ''),
  jsonData: (value: unknown): Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? record(value, 'jsonData')
      : {},
});
export type SourceSettings = Decoded<typeof sourceSettings>;

const frontendSettings = object({
  defaultDatasource: withDefault(text, ''),
  datasources: withDefault(map(sourceSettings), {}),
  minRefreshInterval: withDefault(text, ''),
  anonymousEnabled: withDefault(bool, false),
  viewersCanEdit: withDefault(bool, false),
  exploreEnabled: withDefault(bool, true),
  snapshotEnabled: withDefault(bool, true),
  publicDashboardsEnabled: withDefault(bool, false),
  appSubUrl: withDefault(text, ''),
  appUrl: withDefault(text, ''),
  buildInfo: optional(object({ version: withDefault(text, ''), commit: withDefault(text, '') })),
});
export type FrontendSettings = Decoded<typeof frontendSettings>;

export function fetchFrontendSettings(
  signal?: AbortSignal,
): Promise<GrafanaResult<FrontendSettings>> {
  return grafana.get('api/frontend/settings', frontendSettings, {
    anyone: true,
    ...(signal === undefined ? {} : { signal }),
  });
}

const preferences = object({
  theme: withDefault(text, ''),
  timezone: withDefault(text, ''),
  weekStart: withDefault(text, ''),
  homeDashboardUID: withDefault(text, ''),
});
export type Preferences = Decoded<typeof preferences>;

export function fetchPreferences(signal?: AbortSignal): Promise<GrafanaResult<Preferences>> {
  return grafana.get('api/user/preferences', preferences, {
    anyone: true,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Of one person, or of the organisation: what holds where a person chose nothing. */
export function fetchPreferencesOf(
  whose: 'user' | 'org',
  signal?: AbortSignal,
): Promise<GrafanaResult<Preferences>> {
  return grafana.get(
    `api/${whose}/preferences`,
    preferences,
    signal === undefined ? {} : { signal },
  );
}
