import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { fetchRuntimeInfo, fetchTsdbStatus } from '../../api/status';
import { formatElapsed } from '../../lib/time';
import { formatCount } from '../../lib/units';
import { useNow } from '../../parts/hooks';
import { StateBadge } from '../../parts/StateBadge';
import styles from './home.module.css';

/** How the server itself does, in a line. */
export function HealthLine() {
  const now = useNow(10_000);
  const runtime = useQuery({
    queryKey: ['runtimeinfo'],
    queryFn: ({ signal }) => fetchRuntimeInfo(signal),
    refetchInterval: 30_000,
  });
  const tsdb = useQuery({
    queryKey: ['tsdb-status'],
    queryFn: ({ signal }) => fetchTsdbStatus(1, signal),
    refetchInterval: 30_000,
  });
  const info = runtime.data?.data;
  if (info === undefined) return null;
  const series = tsdb.data?.data.headStats.numSeries;
  return (
    <p className={styles.health}>
      <StateBadge tone={info.reloadConfigSuccess ? 'ok' : 'bad'}>
        {info.reloadConfigSuccess ? 'The server is fine' : 'The last reload failed'}
      </StateBadge>
      <span>
        {series !== undefined && `${formatCount(series, 'series', 'series')} · `}
        {info.startTime !== null && `running for ${formatElapsed(now - info.startTime)} · `}
        {`keeps ${info.storageRetention} · `}
        <Link href="/status">more</Link>
      </span>
    </p>
  );
}
