import { useQuery } from '@tanstack/react-query';
import { fetchAlertStatus, fetchConfigWarnings, type AlertStatus } from '../../api/alertStatus';
import { formatDateTime, formatElapsed } from '../../lib/time';
import { ManagerTabs } from '../../panels/alerts/ManagerTabs';
import { Card } from '../../parts/Card';
import { CopyButton } from '../../parts/CopyButton';
import { Facts, type Fact } from '../../parts/Facts';
import { useNow } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import { Notice } from '../../parts/Notice';
import page from '../../parts/page.module.css';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import { Yaml } from '../../parts/Yaml';
import styles from './status.module.css';

export function AlertingStatusPage() {
  const status = useQuery({
    queryKey: ['alerting', 'status'],
    queryFn: ({ signal }) => fetchAlertStatus(signal),
    refetchInterval: 10_000,
  });
  const warnings = useQuery({
    queryKey: ['alerting', 'warnings'],
    queryFn: ({ signal }) => fetchConfigWarnings(signal),
    refetchInterval: 30_000,
  });
  const now = useNow(1000);
  return (
    <div className={page.page}>
      <ManagerTabs />
      {warnings.data?.map((words) => (
        <Notice key={words} kind="warning">
          {words}
        </Notice>
      ))}
      {warnings.error !== null && status.data !== undefined && (
        <Notice kind="warning" title="Warnings of the configuration could not be loaded">
          {warnings.error.message}
        </Notice>
      )}
      <Loaded query={status} what="the status of alerting">
        {({ data }) => (
          <>
            <div className={styles.columns}>
              <Card title="Cluster">
                <Facts facts={clusterFacts(data)} />
              </Card>
              <Card title="This server">
                <Facts facts={serverFacts(data, now)} />
              </Card>
            </div>
            <Card
              title="Configuration as loaded, without its secrets"
              aside={<CopyButton text={data.config.original} />}
            >
              <Yaml text={data.config.original} />
            </Card>
          </>
        )}
      </Loaded>
    </div>
  );
}

const CLUSTER: Readonly<Record<string, readonly [Tone, string]>> = {
  ready: ['ok', 'Ready'],
  settling: ['warn', 'Settling'],
  disabled: ['idle', 'Alone'],
};

function clusterFacts({ cluster }: AlertStatus): Fact[] {
  const [tone, word] = CLUSTER[cluster.status] ?? ['idle', cluster.status];
  return [
    {
      name: 'State',
      value: (
        <StateBadge tone={tone} plain>
          {word}
        </StateBadge>
      ),
    },
    ...(cluster.name === '' ? [] : [{ name: 'Name', value: <code>{cluster.name}</code> }]),
    ...cluster.peers.map((peer) => ({
      name: 'Peer',
      value: (
        <>
          <code>{peer.name}</code> <code>{peer.address}</code>
        </>
      ),
    })),
  ];
}

const VERSIONS: Readonly<Record<string, string>> = {
  version: 'Version',
  revision: 'Revision',
  branch: 'Branch',
  buildUser: 'Built by',
  buildDate: 'Built on',
  goVersion: 'Toolchain',
};

function serverFacts({ versionInfo, uptime }: AlertStatus, now: number): Fact[] {
  return [
    {
      name: 'Running for',
      value: uptime === null ? '–' : formatElapsed(Math.max(1000, now - uptime)),
      ...(uptime === null ? {} : { title: `since ${formatDateTime(uptime)}` }),
    },
    ...Object.entries(VERSIONS).flatMap(([key, name]) => {
      const value = versionInfo[key] ?? '';
      return value === '' ? [] : [{ name, value }];
    }),
  ];
}
