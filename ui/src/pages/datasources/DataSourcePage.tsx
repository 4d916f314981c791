import { useQuery } from '@tanstack/react-query';
import { useRoute } from 'wouter';
import { settled } from '../../api/grafana/client';
import { fetchDataSource } from '../../api/grafana/datasources';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { SourceForm } from './SourceForm';

/** One data source: its settings, and a test of them. */
export function DataSourcePage() {
  const [, edit] = useRoute('/connections/datasources/edit/:uid');
  const [, old] = useRoute('/datasources/edit/:uid');
  const uid = edit?.uid ?? old?.uid ?? null;
  const query = useQuery({
    enabled: uid !== null,
    queryKey: ['datasource', uid],
    queryFn: async ({ signal }) => settled(await fetchDataSource(uid ?? '', signal)),
  });
  return (
    <div className={page.page}>
      {uid === null ? (
        <SourceForm source={null} />
      ) : (
        <Loaded query={query} what="the data source">
          {(source) => <SourceForm key={source.uid} source={source} />}
        </Loaded>
      )}
    </div>
  );
}
