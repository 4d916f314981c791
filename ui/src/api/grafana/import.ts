// Bringing dashboards in.

import { bool, number, object, text, withDefault, type Decoded } from '../decode';
import { grafana, type GrafanaResult } from './client';

const imported = object({
  uid: text,
  title: withDefault(text, ''),
  imported: withDefault(bool, true),
  importedUrl: withDefault(text, ''),
  dashboardId: withDefault(number, 0),
});
export type Imported = Decoded<typeof imported>;

export interface ImportRequest {
  readonly dashboard: unknown;
  readonly overwrite: boolean;
  readonly folderUid: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly pluginId: string;
    readonly value: string;
  }[];
}

export function importDashboard(body: ImportRequest): Promise<GrafanaResult<Imported>> {
  return grafana.post('api/dashboards/import', imported, { body });
}
