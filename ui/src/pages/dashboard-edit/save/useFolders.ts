import { useQuery } from '@tanstack/react-query';
import { settled } from '../../../api/grafana/client';
import { searchDashboards } from '../../../api/grafana/dashboards';

/** Where a dashboard may lie; "" is the root. */
export function useFolders(): readonly { readonly value: string; readonly name: string }[] {
  const folders = useQuery({
    queryKey: ['search', 'folders'],
    queryFn: async ({ signal }) =>
      settled(await searchDashboards({ type: 'dash-folder', limit: 1000 }, signal)),
  });
  return [
    { value: '', name: 'Dashboards (no folder)' },
    ...(folders.data ?? []).map(({ uid, title, folderTitle }) => ({
      value: uid,
      name: folderTitle === '' ? title : `${folderTitle} / ${title}`,
    })),
  ];
}
