import { formatRelative } from '../../lib/time';
import { useNow } from '../../parts/hooks';
import { momentText } from '../plot/timeAxis';
import { choiceAt, flagAt, numberAt, textAt, textsAt } from '../shared/options';
import { safeUrl } from '../shared/links';
import { VizNotice } from '../shared/VizNotice';
import type { VizProps } from '../types';
import type { ListedAlert } from '../VizData';
import { groupAlerts, shownAlerts, STATE_NAMES } from './alerts';
import { useList } from './useList';
import styles from './lists.module.css';

export function AlertList({ options, interpolate, timezone }: VizProps) {
  const filter = {
    name: interpolate(textAt(options, 'alertName')),
    folder: textAt(options, 'folder.uid', textAt(options, 'folder')),
    datasource: textAt(options, 'datasource'),
    dashboardOnly: flagAt(options, 'dashboardAlerts') || flagAt(options, 'onlyAlertsOnDashboard'),
    limit: 1000,
  };
  const alerts = useList(JSON.stringify(filter), (data, signal) => data.listAlerts(filter, signal));
  const now = useNow(10_000);
  if (alerts.state === 'failed') return <VizNotice>{alerts.message}</VizNotice>;
  if (alerts.state === 'waiting') return null;
  const shown = shownAlerts(alerts.value, options);
  if (choiceAt(options, 'viewMode', ['list', 'stat'], 'list') === 'stat') {
    const bad = shown.filter((one) => one.state !== 'normal').length;
    return (
      <div className={styles.stat}>
        <span className={styles.count} data-bad={bad > 0 || undefined}>
          {shown.length}
        </span>
        <span>{shown.length === 1 ? 'alert' : 'alerts'}</span>
      </div>
    );
  }
  if (shown.length === 0) return <VizNotice>No alerts</VizNotice>;
  const most = Math.max(1, numberAt(options, 'maxItems') ?? 20);
  const custom = choiceAt(options, 'groupMode', ['default', 'custom'], 'default') === 'custom';
  const groups = groupAlerts(shown.slice(0, most), custom ? textsAt(options, 'groupBy') : []);
  return (
    <div className={styles.list}>
      {groups.map((group) => (
        <section key={group.title} className={styles.group}>
          {group.title !== '' && <h3 className={styles.title}>{group.title}</h3>}
          <ul>
            {group.alerts.map((one, i) => (
              <Item key={`${i} ${one.name}`} alert={one} now={now} timezone={timezone} />
            ))}
          </ul>
        </section>
      ))}
      {shown.length > most && <p className={styles.more}>{`and ${shown.length - most} more`}</p>}
    </div>
  );
}

interface ItemProps {
  alert: ListedAlert;
  now: number;
  timezone: string;
}

function Item({ alert, now, timezone }: ItemProps) {
  const url = safeUrl(alert.url);
  const labels = Object.entries(alert.labels)
    .filter(([name]) => !['alertname', '__name__', 'grafana_folder'].includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .join('  ');
  const aside = alert.summary === '' ? labels : alert.summary;
  return (
    <li className={styles.item} title={labels}>
      <span className={styles.state} data-state={alert.state}>
        {STATE_NAMES[alert.state]}
      </span>
      <span className={styles.main}>
        <a className={styles.name} href={url ?? undefined}>
          {alert.name}
        </a>
        {aside !== '' && <span className={styles.aside}>{aside}</span>}
      </span>
      {alert.since !== undefined && (
        <span className={styles.when} title={momentText(alert.since, timezone)}>
          {formatRelative(alert.since, now)}
        </span>
      )}
    </li>
  );
}
