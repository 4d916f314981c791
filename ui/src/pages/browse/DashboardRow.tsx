import { IconFolder, IconLayoutDashboard, IconStar, IconStarFilled } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { settled } from '../../api/grafana/client';
import { starDashboard, type SearchHit } from '../../api/grafana/dashboards';
import { IconButton } from '../../parts/IconButton';
import { usePageParam } from '../../parts/usePageParam';
import type { BrowseTask } from './BrowseDialogs';
import { RowMenu } from './RowMenu';
import styles from './browse.module.css';

export interface DashboardRowProps {
  hit: SearchHit;
  depth?: number;
  showFolder?: boolean;
  editor: boolean;
  onTask: (task: BrowseTask) => void;
}

export function DashboardRow(props: DashboardRowProps) {
  const { hit, depth = 0, showFolder = false, editor, onTask } = props;
  const { uid, title, tags, folderTitle, isStarred } = hit;
  const client = useQueryClient();
  const [, setTag] = usePageParam('tag');
  const star = useMutation({
    mutationFn: async () => settled(await starDashboard(uid, !isStarred)),
    onSuccess: () => client.invalidateQueries({ queryKey: ['search'] }),
  });
  const isFolder = hit.type === 'dash-folder';
  const Sign = isFolder ? IconFolder : IconLayoutDashboard;
  const Star = isStarred ? IconStarFilled : IconStar;
  return (
    <li className={styles.row} style={{ paddingLeft: 31 + depth * 22 }}>
      <Sign size={18} stroke={1.7} aria-hidden className={styles.sign} />
      <Link
        href={
          isFolder ? `/dashboards/f/${encodeURIComponent(uid)}` : `/d/${encodeURIComponent(uid)}`
        }
        className={styles.title}
      >
        {title}
      </Link>
      {showFolder && folderTitle !== '' && <span className={styles.aside}>{folderTitle}</span>}
      <span className={styles.tags}>
        {tags.map((tag) => (
          <button
            key={tag}
            type="button"
            className={styles.tag}
            title={`Only those with the tag ${tag}`}
            onClick={() => setTag(tag)}
          >
            {tag}
          </button>
        ))}
      </span>
      {!isFolder && (
        <IconButton
          aria-label={isStarred ? `Take the star from ${title}` : `Star ${title}`}
          aria-pressed={isStarred}
          className={styles.star}
          onClick={() => star.mutate()}
        >
          <Star size={16} />
        </IconButton>
      )}
      {editor && !isFolder && (
        <RowMenu
          label={`What to do with ${title}`}
          items={[
            {
              name: 'Move',
              onClick: () => onTask({ kind: 'move', uid, title, folderUid: hit.folderUid }),
            },
            { name: 'Delete', onClick: () => onTask({ kind: 'delete', uid, title }) },
          ]}
        />
      )}
    </li>
  );
}
