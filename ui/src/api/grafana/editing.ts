// What only those ask who change dashboards: their history, who may do what, the library, snapshots
// and public pages.

import {
  bool,
  list,
  listOrNull,
  number,
  object,
  text,
  withDefault,
  type Decoded,
  type Decoder,
} from '../decode';
import { anything, grafana, type GrafanaResult } from './client';

const of = (uid: string, rest: string): string =>
  `api/dashboards/uid/${encodeURIComponent(uid)}/${rest}`;

const withSignal = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

const version = object({
  version: number,
  parentVersion: withDefault(number, 0),
  restoredFrom: withDefault(number, 0),
  created: withDefault(text, ''),
  createdBy: withDefault(text, ''),
  message: withDefault(text, ''),
  data: anything,
});
export type DashboardVersion = Decoded<typeof version>;

/** Older servers answer with the bare list. */
const versions: Decoder<readonly DashboardVersion[]> = (value, path) =>
  Array.isArray(value)
    ? list(version)(value, path)
    : object({ versions: listOrNull(version) })(value, path).versions;

export function fetchVersions(
  uid: string,
  signal?: AbortSignal,
): Promise<GrafanaResult<readonly DashboardVersion[]>> {
  return grafana.get(of(uid, 'versions'), versions, {
    params: { limit: '200' },
    ...withSignal(signal),
  });
}

export function fetchVersion(
  uid: string,
  number_: number,
  signal?: AbortSignal,
): Promise<GrafanaResult<DashboardVersion>> {
  return grafana.get(of(uid, `versions/${number_}`), version, withSignal(signal));
}

export function restoreVersion(uid: string, number_: number): Promise<GrafanaResult<unknown>> {
  return grafana.post(of(uid, 'restore'), anything, { body: { version: number_ } });
}

const permission = object({
  userId: withDefault(number, 0),
  userLogin: withDefault(text, ''),
  role: withDefault(text, ''),
  permission: number,
});
export type Permission = Decoded<typeof permission>;

export function fetchPermissions(
  uid: string,
  signal?: AbortSignal,
): Promise<GrafanaResult<Permission[]>> {
  return grafana.get(of(uid, 'permissions'), listOrNull(permission), withSignal(signal));
}

export function savePermissions(
  uid: string,
  items: readonly Permission[],
): Promise<GrafanaResult<unknown>> {
  const body = {
    items: items.map(({ userId, role, permission: level }) =>
      userId > 0 ? { userId, permission: level } : { role, permission: level },
    ),
  };
  return grafana.post(of(uid, 'permissions'), anything, { body });
}

const element = object({
  uid: text,
  name: text,
  type: withDefault(text, ''),
  description: withDefault(text, ''),
  version: withDefault(number, 0),
  folderUid: withDefault(text, ''),
  model: anything,
});
export type LibraryPanel = Decoded<typeof element>;

const elements = object({ result: object({ elements: listOrNull(element) }) });

export async function fetchLibrary(
  signal?: AbortSignal,
): Promise<GrafanaResult<readonly LibraryPanel[]>> {
  const answer = await grafana.get('api/library-elements', elements, {
    params: { perPage: '500', kind: '1' },
    ...withSignal(signal),
  });
  return answer.ok ? { ...answer, data: answer.data.result.elements } : answer;
}

const saved = object({ result: object({ uid: text, version: withDefault(number, 0) }) });

export function createLibraryPanel(
  name: string,
  folderUid: string,
  model: unknown,
): Promise<GrafanaResult<Decoded<typeof saved>>> {
  return grafana.post('api/library-elements', saved, { body: { name, folderUid, model, kind: 1 } });
}

export function changeLibraryPanel(
  uid: string,
  change: { readonly name: string; readonly model: unknown; readonly version: number },
): Promise<GrafanaResult<unknown>> {
  const path = `api/library-elements/${encodeURIComponent(uid)}`;
  return grafana.patch(path, anything, { body: { ...change, kind: 1 } });
}

const madeSnapshot = object({ key: text, url: text, deleteKey: text, deleteUrl: text });
export type MadeSnapshot = Decoded<typeof madeSnapshot>;

export function createSnapshot(body: {
  readonly dashboard: unknown;
  readonly name: string;
  /** Seconds; 0: never. */
  readonly expires: number;
}): Promise<GrafanaResult<MadeSnapshot>> {
  return grafana.post('api/snapshots', madeSnapshot, { body });
}

const snapshot = object({
  name: withDefault(text, ''),
  key: text,
  created: withDefault(text, ''),
  expires: withDefault(text, ''),
});
export type ListedSnapshot = Decoded<typeof snapshot>;

export function fetchSnapshots(signal?: AbortSignal): Promise<GrafanaResult<ListedSnapshot[]>> {
  return grafana.get('api/dashboard/snapshots', listOrNull(snapshot), withSignal(signal));
}

export function deleteSnapshot(key: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(`api/snapshots/${encodeURIComponent(key)}`, anything);
}

const publicPage = object({
  uid: text,
  accessToken: withDefault(text, ''),
  isEnabled: withDefault(bool, false),
  annotationsEnabled: withDefault(bool, false),
  timeSelectionEnabled: withDefault(bool, false),
});
export type PublicPage = Decoded<typeof publicPage>;
export type PublicChange = Partial<Omit<PublicPage, 'uid' | 'accessToken'>>;

export function fetchPublicPage(
  uid: string,
  signal?: AbortSignal,
): Promise<GrafanaResult<PublicPage>> {
  return grafana.get(of(uid, 'public-dashboards'), publicPage, withSignal(signal));
}

/** Makes one where `publicUid` is empty. */
export function setPublicPage(
  uid: string,
  publicUid: string,
  change: PublicChange,
): Promise<GrafanaResult<PublicPage>> {
  return publicUid === ''
    ? grafana.post(of(uid, 'public-dashboards'), publicPage, { body: change })
    : grafana.patch(of(uid, `public-dashboards/${encodeURIComponent(publicUid)}`), publicPage, {
        body: change,
      });
}

export function deletePublicPage(uid: string, publicUid: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(of(uid, `public-dashboards/${encodeURIComponent(publicUid)}`), anything);
}
