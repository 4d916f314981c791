import { useQuery } from '@tanstack/react-query';
import { fetchTsdbStatus, type NameValue, type TsdbStatus } from '../../api/status';
import { formatDateTime, formatElapsed } from '../../lib/time';
import { formatFull, formatValue, type Unit } from '../../lib/units';
import { Card } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { TabLinks } from '../../parts/TabLinks';
import { SERVER_TABS } from './tabs';
import styles from './server.module.css';

const ROWS = 10;

export function TsdbPage() {
  const query = useQuery({
    queryKey: ['tsdb'],
    queryFn: ({ signal }) => fetchTsdbStatus(ROWS, signal),
    refetchInterval: 15_000,
  });
  return (
    <div className={page.page}>
      <TabLinks tabs={SERVER_TABS} />
      <Loaded query={query} what="the storage figures">
        {({ data }) => <Figures status={data} />}
      </Loaded>
    </div>
  );
}

function Figures({ status }: { status: TsdbStatus }) {
  const { numSeries, numLabelPairs, chunkCount, minTime, maxTime } = status.headStats;
  const empty = minTime > maxTime;
  return (
    <>
      <dl className={styles.tiles}>
        <Tile
          name="Series in memory"
          value={formatValue(numSeries)}
          title={formatFull(numSeries)}
        />
        <Tile name="Chunks" value={formatValue(chunkCount)} title={formatFull(chunkCount)} />
        <Tile
          name="Label pairs"
          value={formatValue(numLabelPairs)}
          title={formatFull(numLabelPairs)}
        />
        <Tile
          name="Time span in memory"
          value={empty ? 'empty' : formatElapsed(maxTime - minTime)}
          title={empty ? '' : `${formatDateTime(minTime)} to ${formatDateTime(maxTime)}`}
        />
      </dl>
      <div className={styles.columns}>
        <Ranking title="Series by metric name" rows={status.seriesCountByMetricName} />
        <Ranking title="Values by label name" rows={status.labelValueCountByLabelName} />
        <Ranking title="Memory by label name" rows={status.memoryInBytesByLabelName} unit="bytes" />
        <Ranking title="Series by label and value" rows={status.seriesCountByLabelValuePair} />
      </div>
    </>
  );
}

function Tile({ name, value, title }: { name: string; value: string; title: string }) {
  return (
    <div className={styles.tile}>
      <dt>{name}</dt>
      <dd title={title}>{value}</dd>
    </div>
  );
}

function Ranking({
  title,
  rows,
  unit = 'none',
}: {
  title: string;
  rows: readonly NameValue[];
  unit?: Unit;
}) {
  const top = Math.max(1, ...rows.map((row) => row.value));
  return (
    <Card title={title}>
      <ul className={styles.ranking}>
        {rows.map((row) => (
          <li key={row.name} className={styles.rank}>
            <span className={styles.rankBar} style={{ width: `${(row.value / top) * 100}%` }} />
            <code className={styles.rankName} title={row.name}>
              {row.name}
            </code>
            <span title={formatFull(row.value)}>{formatValue(row.value, unit)}</span>
          </li>
        ))}
        {rows.length === 0 && <li className={styles.none}>Nothing stored yet.</li>}
      </ul>
    </Card>
  );
}
