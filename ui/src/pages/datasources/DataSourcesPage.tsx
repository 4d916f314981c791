import { IconDatabase, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { settled } from '../../api/grafana/client';
import { fetchDataSources, type DataSource } from '../../api/grafana/datasources';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { useUser } from '../../parts/session';
import { TabLinks } from '../../parts/TabLinks';
import { settingsTabs } from '../people/tabs';
import { TestResult, useTest } from './TestResult';
import styles from './datasources.module.css';

/** Where dashboards ask, each with a test at hand. */
export function DataSourcesPage() {
  const [, navigate] = useLocation();
  const user = useUser();
  const query = useQuery({
    queryKey: ['datasources'],
    queryFn: async ({ signal }) => settled(await fetchDataSources(signal)),
  });
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      className={styles.add}
      onClick={() => navigate('/connections/datasources/new')}
    >
      Add a data source
    </Button>
  );
  const admin = user?.role === 'Admin' || user?.isGrafanaAdmin === true;
  return (
    <div className={page.page}>
      <TabLinks tabs={settingsTabs(user)} />
      <Loaded query={query} what="the data sources">
        {(sources) =>
          sources.length === 0 ? (
            <EmptyState
              icon={<IconDatabase size={32} stroke={1.5} />}
              title="There are no data sources"
              action={admin ? add : undefined}
            >
              Without one, dashboards ask the Prometheus in this very process.
            </EmptyState>
          ) : (
            <>
              {admin && <div className={page.filters}>{add}</div>}
              <ul className={styles.list} aria-label="Data sources">
                {sources.map((source) => (
                  <SourceRow key={source.uid} source={source} />
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </div>
  );
}

function SourceRow({ source }: { source: DataSource }) {
  const test = useTest(source.uid);
  return (
    <li className={styles.row}>
      <div className={styles.head}>
        <IconDatabase size={18} stroke={1.7} aria-hidden />
        <Link
          href={`/connections/datasources/edit/${encodeURIComponent(source.uid)}`}
          className={styles.name}
        >
          {source.name}
        </Link>
        <span className={styles.dim}>{source.type}</span>
        {source.isDefault && <span className={styles.badge}>default</span>}
        {source.readOnly && <span className={styles.badge}>provisioned</span>}
        <code className={styles.url}>{source.url}</code>
        <Button
          variant="default"
          size="xs"
          loading={test.isPending}
          aria-label={`Test ${source.name}`}
          onClick={() => test.mutate()}
        >
          Test
        </Button>
      </div>
      <TestResult test={test} />
    </li>
  );
}
