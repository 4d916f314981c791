import { IconStar, IconStarFilled } from '@tabler/icons-react';
import { useState } from 'react';
import { IconButton } from '../../parts/IconButton';
import { flagAt, numberAt, textAt, textsAt } from '../shared/options';
import { safeUrl } from '../shared/links';
import { VizNotice } from '../shared/VizNotice';
import type { VizProps } from '../types';
import { useVizData, type ListedDashboard } from '../VizData';
import { useList } from './useList';
import styles from './lists.module.css';

export function DashList({ options, interpolate }: VizProps) {
  const want = {
    starred: flagAt(options, 'showStarred', true),
    recent: flagAt(options, 'showRecentlyViewed'),
    found: flagAt(options, 'showSearch'),
  };
  const query = {
    text: interpolate(textAt(options, 'query')),
    tags: textsAt(options, 'tags'),
    folderUid: textAt(options, 'folderUID'),
    limit: Math.max(1, Math.min(200, numberAt(options, 'maxItems') ?? 10)),
  };
  const lists = useList(JSON.stringify([query, want]), (data, signal) =>
    data.listDashboards(query, want, signal),
  );
  if (lists.state === 'failed') return <VizNotice>{lists.message}</VizNotice>;
  if (lists.state === 'waiting') return null;
  const headings = flagAt(options, 'showHeadings', true);
  const folders = flagAt(options, 'showFolderNames', true);
  const suffix = addressSuffix(options, interpolate);
  const groups = [
    {
      title: 'Starred dashboards',
      show: want.starred,
      items: lists.value.starred,
      none: 'You have starred none yet.',
    },
    {
      title: 'Recently viewed',
      show: want.recent,
      items: lists.value.recent,
      none: 'None viewed yet.',
    },
    {
      title: 'Dashboards',
      show: want.found,
      items: lists.value.found,
      none: 'None match the search.',
    },
  ].filter((one) => one.show);
  if (groups.length === 0) return <VizNotice>This list was told to show nothing.</VizNotice>;
  return (
    <div className={styles.list}>
      {groups.map(({ title, items, none }) => (
        <section key={title} className={styles.group} aria-label={title}>
          {headings && <h3 className={styles.title}>{title}</h3>}
          {items.length === 0 && <p className={styles.more}>{none}</p>}
          <ul>
            {items.slice(0, query.limit).map((one) => (
              <Item key={one.uid} dashboard={one} folder={folders} suffix={suffix} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** The time and the variables that are chosen now, taken along. */
function addressSuffix(options: VizProps['options'], interpolate: VizProps['interpolate']): string {
  const parts = [
    flagAt(options, 'keepTime') ? interpolate('${__url_time_range}') : '',
    flagAt(options, 'includeVars') ? interpolate('${__all_variables}') : '',
  ].filter((one) => one !== '' && !one.includes('${'));
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

interface ItemProps {
  dashboard: ListedDashboard;
  folder: boolean;
  suffix: string;
}

function Item({ dashboard, folder, suffix }: ItemProps) {
  const data = useVizData();
  const [starred, setStarred] = useState(dashboard.starred);
  const url = safeUrl(dashboard.url);
  const star = () => {
    const next = !starred;
    setStarred(next);
    data?.star(dashboard.uid, next).catch(() => setStarred(!next));
  };
  return (
    <li className={styles.item}>
      <span className={styles.main}>
        <a
          className={styles.name}
          href={url === null ? undefined : url + suffix}
          title={dashboard.title}
        >
          {dashboard.title}
        </a>
        {folder && dashboard.folder !== '' && (
          <span className={styles.aside}>{dashboard.folder}</span>
        )}
      </span>
      <IconButton
        aria-label={starred ? `Take the star from ${dashboard.title}` : `Star ${dashboard.title}`}
        aria-pressed={starred}
        onClick={star}
      >
        {starred ? <IconStarFilled size={15} /> : <IconStar size={15} />}
      </IconButton>
    </li>
  );
}
