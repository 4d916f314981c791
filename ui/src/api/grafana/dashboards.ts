// Dashboards as the server stores them. The model itself stays `unknown`: dash/model/load.ts reads
// it, leniently.

import {
  bool,
  list,
  listOrNull,
  number,
  object,
  optional,
  record,
  text,
  withDefault,
  type Decoded,
  type Decoder,
} from '../decode';
import { anything, grafana, type GrafanaResult } from './client';

const rights = object({
  canAdd: withDefault(bool, false),
  canEdit: withDefault(bool, false),
  canDelete: withDefault(bool, false),
});
const NO_RIGHTS = { canAdd: false, canEdit: false, canDelete: false };

const dashboardMeta = object({
  slug: withDefault(text, ''),
  url: withDefault(text, ''),
  canSave: withDefault(bool, false),
  canEdit: withDefault(bool, false),
  canAdmin: withDefault(bool, false),
  canStar: withDefault(bool, false),
  canDelete: withDefault(bool, false),
  created: withDefault(text, ''),
  updated: withDefault(text, ''),
  createdBy: withDefault(text, ''),
  updatedBy: withDefault(text, ''),
  version: withDefault(number, 0),
  expires: withDefault(text, ''),
  folderUid: withDefault(text, ''),
  folderTitle: withDefault(text, ''),
  folderUrl: withDefault(text, ''),
  provisioned: withDefault(bool, false),
  provisionedExternalId: withDefault(text, ''),
  /** Changes can be written to the file it comes from. */
  provisionedFileWritable: withDefault(bool, false),
  isStarred: withDefault(bool, false),
  isSnapshot: withDefault(bool, false),
  publicDashboardEnabled: withDefault(bool, false),
  /** Of a public page. */
  timeSelectionEnabled: withDefault(bool, false),
  annotationsPermissions: withDefault(
    object({
      dashboard: withDefault(rights, NO_RIGHTS),
      organization: withDefault(rights, NO_RIGHTS),
    }),
    { dashboard: NO_RIGHTS, organization: NO_RIGHTS },
  ),
});
export type DashboardMeta = Decoded<typeof dashboardMeta>;

/** What is true of a dashboard that was not saved yet. */
export const NO_META: DashboardMeta = dashboardMeta({}, 'meta');

const storedDashboard = object({
  meta: withDefault(dashboardMeta, NO_META),
  dashboard: anything,
});
export type StoredDashboard = Decoded<typeof storedDashboard>;

export function fetchDashboard(
  uid: string,
  signal?: AbortSignal,
): Promise<GrafanaResult<StoredDashboard>> {
  return grafana.get(
    `api/dashboards/uid/${encodeURIComponent(uid)}`,
    storedDashboard,
    withSignal(signal),
  );
}

export type HomeDashboard =
  | { readonly redirectUri: string }
  | { readonly redirectUri: null; readonly stored: StoredDashboard };

const homeDashboard: Decoder<HomeDashboard> = (value, path) => {
  const redirectUri = optional(text)(record(value, path)['redirectUri'], path);
  return redirectUri === null
    ? { redirectUri, stored: storedDashboard(value, path) }
    : { redirectUri };
};

export function fetchHomeDashboard(signal?: AbortSignal): Promise<GrafanaResult<HomeDashboard>> {
  return grafana.get('api/dashboards/home', homeDashboard, withSignal(signal));
}

export function fetchSnapshot(
  key: string,
  signal?: AbortSignal,
): Promise<GrafanaResult<StoredDashboard>> {
  return grafana.get(`api/snapshots/${encodeURIComponent(key)}`, storedDashboard, {
    ...withSignal(signal),
    anyone: true,
  });
}

export function fetchPublicDashboard(
  token: string,
  signal?: AbortSignal,
): Promise<GrafanaResult<StoredDashboard>> {
  return grafana.get(`api/public/dashboards/${encodeURIComponent(token)}`, storedDashboard, {
    ...withSignal(signal),
    anyone: true,
  });
}

const libraryElement = object({
  result: object({
    uid: text,
    name: withDefault(text, ''),
    version: withDefault(number, 0),
    folderUid: withDefault(text, ''),
    model: anything,
  }),
});
export type LibraryElement = Decoded<typeof libraryElement>['result'];

export async function fetchLibraryElement(
  uid: string,
  signal?: AbortSignal,
): Promise<GrafanaResult<LibraryElement>> {
  const answer = await grafana.get(
    `api/library-elements/${encodeURIComponent(uid)}`,
    libraryElement,
    withSignal(signal),
  );
  return answer.ok ? { ...answer, data: answer.data.result } : answer;
}

const savedDashboard = object({
  uid: text,
  url: withDefault(text, ''),
  version: withDefault(number, 0),
  slug: withDefault(text, ''),
  folderUid: withDefault(text, ''),
});
export type SavedDashboard = Decoded<typeof savedDashboard>;

export interface SaveRequest {
  readonly dashboard: unknown;
  readonly folderUid?: string;
  readonly message?: string;
  readonly overwrite?: boolean;
  /** To the file that it was provisioned from. */
  readonly writeBack?: boolean;
}

export function saveDashboard(body: SaveRequest): Promise<GrafanaResult<SavedDashboard>> {
  return grafana.post('api/dashboards/db', savedDashboard, { body });
}

const searchHit = object({
  uid: text,
  title: text,
  type: withDefault(text, 'dash-db'),
  url: withDefault(text, ''),
  tags: listOrNull(text),
  isStarred: withDefault(bool, false),
  folderUid: withDefault(text, ''),
  folderTitle: withDefault(text, ''),
});
export type SearchHit = Decoded<typeof searchHit>;

export interface SearchRequest {
  readonly query?: string;
  readonly tags?: readonly string[];
  readonly type?: 'dash-db' | 'dash-folder';
  readonly starred?: boolean;
  readonly folderUids?: readonly string[];
  readonly uids?: readonly string[];
  readonly limit?: number;
  readonly page?: number;
  readonly sort?: string;
}

export function searchDashboards(
  request: SearchRequest,
  signal?: AbortSignal,
): Promise<GrafanaResult<SearchHit[]>> {
  return grafana.get('api/search', list(searchHit), {
    ...withSignal(signal),
    params: {
      query: request.query === '' ? undefined : request.query,
      tag: request.tags,
      type: request.type,
      starred: request.starred === true ? 'true' : undefined,
      folderUIDs: request.folderUids,
      dashboardUIDs: request.uids,
      limit: request.limit === undefined ? undefined : String(request.limit),
      page: request.page === undefined ? undefined : String(request.page),
      sort: request.sort,
    },
  });
}

export function starDashboard(uid: string, starred: boolean): Promise<GrafanaResult<unknown>> {
  const path = `api/user/stars/dashboard/uid/${encodeURIComponent(uid)}`;
  return starred ? grafana.post(path, anything) : grafana.del(path, anything);
}

export function fetchStars(signal?: AbortSignal): Promise<GrafanaResult<string[]>> {
  return grafana.get('api/user/stars', listOrNull(text), withSignal(signal));
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
