import { IconBooks, IconChartLine, IconFileImport, IconPlus } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '../../../parts/Button';
import { EmptyState } from '../../../parts/EmptyState';
import type { DashboardSession } from '../../dashboard/session';
import { addVisualization } from '../adding';
import styles from './layout.module.css';

const LibraryDialog = lazy(async () => ({
  default: (await import('./LibraryDialog')).LibraryDialog,
}));

export function EmptyDashboard({ session }: { readonly session: DashboardSession }) {
  const [library, setLibrary] = useState(false);
  return (
    <div className={styles.empty}>
      <EmptyState
        icon={<IconChartLine size={36} stroke={1.4} />}
        title="Start with a visualization"
        action={
          <div className={styles.emptyTools}>
            <Button leftSection={<IconPlus size={16} />} onClick={() => addVisualization(session)}>
              Add visualization
            </Button>
            <Button
              variant="default"
              leftSection={<IconBooks size={16} />}
              onClick={() => setLibrary(true)}
            >
              From the library
            </Button>
            <Button
              variant="default"
              leftSection={<IconFileImport size={16} />}
              onClick={() => session.onNavigate('/dashboard/import')}
            >
              Import a dashboard
            </Button>
          </div>
        }
      >
        Choose a data source, write a query, choose how to see it.
      </EmptyState>
      {library && (
        <Suspense fallback={null}>
          <LibraryDialog session={session} onClose={() => setLibrary(false)} />
        </Suspense>
      )}
    </div>
  );
}
