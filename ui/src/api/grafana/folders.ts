// Folders, and what was deleted lately.

import { list, number, object, text, withDefault, type Decoded } from '../decode';
import { anything, grafana, type GrafanaResult } from './client';

const folder = object({
  uid: text,
  title: text,
  parentUid: withDefault(text, ''),
  version: withDefault(number, 0),
});
export type Folder = Decoded<typeof folder>;

export function createFolder(title: string, parentUid: string): Promise<GrafanaResult<Folder>> {
  const body = parentUid === '' ? { title } : { title, parentUid };
  return grafana.post('api/folders', folder, { body });
}

export function renameFolder(uid: string, title: string): Promise<GrafanaResult<Folder>> {
  const body = { title, overwrite: true };
  return grafana.put(`api/folders/${encodeURIComponent(uid)}`, folder, { body });
}

export function deleteFolder(uid: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(`api/folders/${encodeURIComponent(uid)}`, anything);
}

export function deleteDashboard(uid: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(`api/dashboards/uid/${encodeURIComponent(uid)}`, anything);
}

const trashed = object({
  uid: text,
  title: text,
  folderUid: withDefault(text, ''),
  folderTitle: withDefault(text, ''),
  deleted: withDefault(text, ''),
});
export type Trashed = Decoded<typeof trashed>;

export function fetchTrash(signal?: AbortSignal): Promise<GrafanaResult<Trashed[]>> {
  return grafana.get('api/trash', list(trashed), signal === undefined ? {} : { signal });
}

export function restoreDashboard(uid: string, folderUid: string): Promise<GrafanaResult<unknown>> {
  const body = { folderUid };
  return grafana.post(`api/trash/${encodeURIComponent(uid)}/restore`, anything, { body });
}

export function deleteForever(uid: string): Promise<GrafanaResult<unknown>> {
  return grafana.del(`api/trash/${encodeURIComponent(uid)}`, anything);
}
