// People and machines that may sign in, as administrators see them.

import {
  bool,
  list,
  listOrNull,
  number,
  object,
  optional,
  text,
  withDefault,
  type Decoded,
} from '../decode';
import { anything, grafana, type GrafanaResult } from './client';

const orgUser = object({
  userId: number,
  login: text,
  name: withDefault(text, ''),
  email: withDefault(text, ''),
  role: withDefault(text, 'Viewer'),
  isDisabled: withDefault(bool, false),
  lastSeenAt: withDefault(text, ''),
  authLabels: listOrNull(text),
});
export type OrgUser = Decoded<typeof orgUser>;

const withSignal = (signal?: AbortSignal) => (signal === undefined ? {} : { signal });

export function fetchOrgUsers(signal?: AbortSignal): Promise<GrafanaResult<OrgUser[]>> {
  return grafana.get('api/org/users', list(orgUser), withSignal(signal));
}

export function setUserRole(id: number, role: string): Promise<GrafanaResult<unknown>> {
  return grafana.patch(`api/org/users/${id}`, anything, { body: { role } });
}

export interface NewUser {
  readonly login: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

export function createUser(body: NewUser) {
  return grafana.post('api/admin/users', object({ id: number }), { body });
}

export function deleteUser(id: number): Promise<GrafanaResult<unknown>> {
  return grafana.del(`api/admin/users/${id}`, anything);
}

export function setUserPassword(id: number, password: string): Promise<GrafanaResult<unknown>> {
  return grafana.put(`api/admin/users/${id}/password`, anything, { body: { password } });
}

export function setUserDisabled(id: number, off: boolean): Promise<GrafanaResult<unknown>> {
  return grafana.post(`api/admin/users/${id}/${off ? 'disable' : 'enable'}`, anything);
}

const serviceAccount = object({
  id: number,
  name: text,
  login: withDefault(text, ''),
  role: withDefault(text, 'Viewer'),
  isDisabled: withDefault(bool, false),
  tokens: withDefault(number, 0),
});
export type ServiceAccount = Decoded<typeof serviceAccount>;

export async function fetchServiceAccounts(
  signal?: AbortSignal,
): Promise<GrafanaResult<ServiceAccount[]>> {
  const answer = await grafana.get(
    'api/serviceaccounts/search',
    object({ serviceAccounts: listOrNull(serviceAccount) }),
    { params: { perpage: '1000' }, ...withSignal(signal) },
  );
  return answer.ok ? { ...answer, data: answer.data.serviceAccounts } : answer;
}

export function createServiceAccount(name: string, role: string) {
  return grafana.post('api/serviceaccounts', serviceAccount, { body: { name, role } });
}

export function setServiceAccountRole(id: number, role: string): Promise<GrafanaResult<unknown>> {
  return grafana.patch(`api/serviceaccounts/${id}`, anything, { body: { role } });
}

export function deleteServiceAccount(id: number): Promise<GrafanaResult<unknown>> {
  return grafana.del(`api/serviceaccounts/${id}`, anything);
}

const token = object({
  id: number,
  name: text,
  created: withDefault(text, ''),
  lastUsedAt: optional(text),
  expiration: optional(text),
  hasExpired: withDefault(bool, false),
});
export type ServiceToken = Decoded<typeof token>;

export function fetchTokens(id: number, signal?: AbortSignal) {
  return grafana.get(`api/serviceaccounts/${id}/tokens`, listOrNull(token), withSignal(signal));
}

/** The key is told this once. */
export function createToken(id: number, name: string, secondsToLive: number) {
  const body = { name, ...(secondsToLive > 0 ? { secondsToLive } : {}) };
  return grafana.post(`api/serviceaccounts/${id}/tokens`, object({ id: number, key: text }), {
    body,
  });
}

export function deleteToken(id: number, tokenId: number): Promise<GrafanaResult<unknown>> {
  return grafana.del(`api/serviceaccounts/${id}/tokens/${tokenId}`, anything);
}

// ---- one's own record

export interface ProfileDraft {
  readonly name: string;
  readonly email: string;
  readonly login: string;
}

export function saveProfile(body: ProfileDraft): Promise<GrafanaResult<unknown>> {
  return grafana.put('api/user', anything, { body });
}

const session = object({
  id: number,
  isActive: withDefault(bool, false),
  clientIp: withDefault(text, ''),
  browser: withDefault(text, ''),
  os: withDefault(text, ''),
  seenAt: withDefault(text, ''),
  createdAt: withDefault(text, ''),
});
export type UserSession = Decoded<typeof session>;

export function fetchSessions(signal?: AbortSignal): Promise<GrafanaResult<UserSession[]>> {
  return grafana.get('api/user/auth-tokens', listOrNull(session), withSignal(signal));
}

export function revokeSession(authTokenId: number): Promise<GrafanaResult<unknown>> {
  return grafana.post('api/user/revoke-auth-token', anything, { body: { authTokenId } });
}

export interface PreferenceDraft {
  readonly theme: string;
  readonly timezone: string;
  readonly weekStart: string;
  readonly homeDashboardUID: string;
}

export function savePreferences(
  whose: 'user' | 'org',
  body: PreferenceDraft,
): Promise<GrafanaResult<unknown>> {
  return grafana.put(`api/${whose}/preferences`, anything, { body });
}
