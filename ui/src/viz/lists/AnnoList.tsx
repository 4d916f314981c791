import { momentText } from '../plot/timeAxis';
import { flagAt, numberAt, textsAt } from '../shared/options';
import { safeUrl } from '../shared/links';
import { VizNotice } from '../shared/VizNotice';
import type { VizProps } from '../types';
import { useList } from './useList';
import styles from './lists.module.css';

export function AnnoList({ options, range, timezone }: VizProps) {
  const inRange = flagAt(options, 'onlyInTimeRange');
  const filter = {
    tags: textsAt(options, 'tags'),
    dashboardOnly: flagAt(options, 'onlyFromThisDashboard'),
    limit: Math.max(1, Math.min(500, numberAt(options, 'limit') ?? 10)),
    ...(inRange ? { from: range.from, to: range.to } : {}),
  };
  const notes = useList(JSON.stringify(filter), (data, signal) =>
    data.listAnnotations(filter, signal),
  );
  if (notes.state === 'failed') return <VizNotice>{notes.message}</VizNotice>;
  if (notes.state === 'waiting') return null;
  if (notes.value.length === 0) return <VizNotice>No notes</VizNotice>;
  return (
    <ul className={styles.list}>
      {notes.value.slice(0, filter.limit).map((one, i) => {
        const url = one.url === undefined ? null : safeUrl(one.url);
        const text = one.text.replace(/<[^>]*>/g, '').trim();
        return (
          <li key={`${one.id ?? i}`} className={styles.item}>
            <span className={styles.mark} style={{ color: one.color }} />
            <span className={styles.main}>
              <a className={styles.name} href={url ?? undefined} title={text}>
                {text === '' ? (one.title ?? 'Note') : text}
              </a>
              <span className={styles.aside}>
                {[
                  one.dashboard ?? '',
                  flagAt(options, 'showUser', true) && one.login !== undefined
                    ? `by ${one.login}`
                    : '',
                ]
                  .filter((part) => part !== '')
                  .join(', ')}
              </span>
              {flagAt(options, 'showTags', true) && one.tags.length > 0 && (
                <span className={styles.tags}>
                  {one.tags.map((tag) => (
                    <span key={tag} className={styles.tag}>
                      {tag}
                    </span>
                  ))}
                </span>
              )}
            </span>
            {flagAt(options, 'showTime', true) && (
              <time className={styles.when} dateTime={new Date(one.time).toISOString()}>
                {momentText(one.time, timezone)}
              </time>
            )}
          </li>
        );
      })}
    </ul>
  );
}
