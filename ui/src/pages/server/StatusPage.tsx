import { useQuery } from '@tanstack/react-query';
import {
  fetchBuildInfo,
  fetchRuntimeInfo,
  type BuildInfo,
  type RuntimeInfo,
} from '../../api/status';
import { formatDateTime, formatElapsed } from '../../lib/time';
import { formatFull } from '../../lib/units';
import { Card } from '../../parts/Card';
import { useNow } from '../../parts/hooks';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { RelativeTime } from '../../parts/RelativeTime';
import { StateBadge } from '../../parts/StateBadge';
import { TabLinks } from '../../parts/TabLinks';
import { Facts, type Fact } from '../../parts/Facts';
import { SERVER_TABS } from './tabs';
import styles from './server.module.css';

export function StatusPage() {
  const runtime = useQuery({
    queryKey: ['runtimeinfo'],
    queryFn: ({ signal }) => fetchRuntimeInfo(signal),
    refetchInterval: 10_000,
  });
  const build = useQuery({
    queryKey: ['buildinfo'],
    queryFn: ({ signal }) => fetchBuildInfo(signal),
    staleTime: Infinity,
  });
  const now = useNow(1000);
  return (
    <div className={page.page}>
      <TabLinks tabs={SERVER_TABS} />
      <div className={styles.columns}>
        <Card title="Runtime">
          <Loaded query={runtime} what="the runtime information">
            {({ data }) => <Facts facts={runtimeFacts(data, now)} />}
          </Loaded>
        </Card>
        <Card title="Build">
          <Loaded query={build} what="the build information">
            {({ data }) => <Facts facts={buildFacts(data)} />}
          </Loaded>
        </Card>
      </div>
    </div>
  );
}

function runtimeFacts(info: RuntimeInfo, now: number): Fact[] {
  return [
    {
      name: 'Running for',
      value: info.startTime === null ? '–' : formatElapsed(now - info.startTime),
      ...(info.startTime === null ? {} : { title: `since ${formatDateTime(info.startTime)}` }),
    },
    {
      name: 'Configuration',
      value: info.reloadConfigSuccess ? (
        <StateBadge tone="ok" plain>
          Loaded
        </StateBadge>
      ) : (
        <StateBadge tone="bad" plain>
          Last reload failed
        </StateBadge>
      ),
    },
    { name: 'Last loaded', value: <RelativeTime ms={info.lastConfigTime} now={now} /> },
    {
      name: 'Write-ahead log',
      value:
        info.corruptionCount === 0 ? (
          <StateBadge tone="ok" plain>
            No corruption
          </StateBadge>
        ) : (
          <StateBadge
            tone="warn"
            plain
          >{`${info.corruptionCount} corruptions repaired`}</StateBadge>
        ),
    },
    { name: 'Retention', value: info.storageRetention === '' ? '–' : info.storageRetention },
    ...(info.hostname === '' ? [] : [{ name: 'Host', value: info.hostname }]),
    { name: 'Working directory', value: <code>{info.CWD}</code> },
    { name: 'Threads for work', value: formatFull(info.GOMAXPROCS) },
    { name: 'Running tasks', value: formatFull(info.goroutineCount) },
  ];
}

const BUILD_NAMES: Readonly<Record<string, string>> = {
  version: 'Version',
  revision: 'Revision',
  branch: 'Branch',
  buildUser: 'Built by',
  buildDate: 'Built on',
  goVersion: 'Toolchain',
};

function buildFacts(info: BuildInfo): Fact[] {
  return Object.entries(info)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ({ name: BUILD_NAMES[name] ?? name, value }));
}
