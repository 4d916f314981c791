// Data sources as dashboards know them, from what the server tells every page.

import type { FrontendSettings } from '../../api/grafana/people';
import type { DataSourceInfo } from '../../dash/query/sources';

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Without those that are no data source but a way of speaking: "-- Mixed --" and the like. */
export function sourcesOf(settings: FrontendSettings): readonly DataSourceInfo[] {
  return Object.entries(settings.datasources)
    .filter(([name, { uid, type }]) => !name.startsWith('-- ') && uid !== '' && type !== 'grafana')
    .map(([name, source]) => ({
      uid: source.uid,
      name: source.name === '' ? name : source.name,
      type: source.type,
      isDefault: source.isDefault || name === settings.defaultDatasource,
      timeInterval: textOf(source.jsonData['timeInterval']),
      own: source.own,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
