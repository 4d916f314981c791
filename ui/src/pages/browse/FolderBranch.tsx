import { IconChevronRight, IconFolder, IconFolderOpen } from '@tabler/icons-react';
import { useRemembered } from '../../parts/hooks';
import { countDashboards, type FolderNode } from './tree';
import type { BrowseTask } from './BrowseDialogs';
import { DashboardRow } from './DashboardRow';
import { RowMenu } from './RowMenu';
import styles from './browse.module.css';

export interface FolderBranchProps {
  folder: FolderNode;
  depth: number;
  editor: boolean;
  onTask: (task: BrowseTask) => void;
}

export function FolderBranch({ folder, depth, editor, onTask }: FolderBranchProps) {
  const [state, setState] = useRemembered(`folder.${folder.uid}`, 'open', ['open', 'closed']);
  const open = state === 'open';
  const Sign = open ? IconFolderOpen : IconFolder;
  const { uid, title } = folder;
  return (
    <li>
      <div className={styles.row} style={{ paddingLeft: 8 + depth * 22 }}>
        <button
          type="button"
          className={styles.open}
          aria-expanded={open}
          onClick={() => setState(open ? 'closed' : 'open')}
        >
          <IconChevronRight size={15} aria-hidden data-open={open || undefined} />
          <Sign size={18} stroke={1.7} aria-hidden />
          <span className={styles.name}>{title}</span>
        </button>
        <span className={styles.aside}>{countDashboards(folder)}</span>
        {editor && (
          <RowMenu
            label={`What to do with the folder ${title}`}
            items={[
              {
                name: 'New folder inside',
                onClick: () => onTask({ kind: 'new-folder', parentUid: uid }),
              },
              { name: 'Rename', onClick: () => onTask({ kind: 'rename-folder', uid, title }) },
              {
                name: 'Delete',
                onClick: () =>
                  onTask({ kind: 'delete-folder', uid, title, holds: countDashboards(folder) }),
              },
            ]}
          />
        )}
      </div>
      {open && (
        <ul aria-label={title}>
          {folder.folders.map((child) => (
            <FolderBranch
              key={child.uid}
              folder={child}
              depth={depth + 1}
              editor={editor}
              onTask={onTask}
            />
          ))}
          {folder.dashboards.map((hit) => (
            <DashboardRow
              key={hit.uid}
              hit={hit}
              depth={depth + 1}
              editor={editor}
              onTask={onTask}
            />
          ))}
          {folder.folders.length === 0 && folder.dashboards.length === 0 && (
            <li className={styles.nothing} style={{ paddingLeft: 30 + (depth + 1) * 22 }}>
              Empty
            </li>
          )}
        </ul>
      )}
    </li>
  );
}
