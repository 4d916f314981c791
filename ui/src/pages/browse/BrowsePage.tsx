import {
  IconFolderPlus,
  IconFileImport,
  IconLayoutDashboard,
  IconPlus,
  IconStar,
  IconTrash,
} from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import { settled } from '../../api/grafana/client';
import { searchDashboards, type SearchHit } from '../../api/grafana/dashboards';
import { mayEdit } from '../../api/grafana/people';
import { Button } from '../../parts/Button';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownItem } from '../../parts/DropdownItem';
import { EmptyState } from '../../parts/EmptyState';
import { FilterBox } from '../../parts/FilterBox';
import { Loaded } from '../../parts/Loaded';
import page from '../../parts/page.module.css';
import { Select } from '../../parts/Select';
import { useUser } from '../../parts/session';
import { Toggles } from '../../parts/Toggles';
import { usePageParam } from '../../parts/usePageParam';
import { BrowseDialogs, type BrowseTask } from './BrowseDialogs';
import { DashboardRow } from './DashboardRow';
import { FolderBranch } from './FolderBranch';
import { buildTree, findFolder, matchesText, type FolderNode } from './tree';
import styles from './browse.module.css';

const LIMIT = 5000;

/** Folders and dashboards; with a text, a tag or only the starred ones, a flat list. */
export function BrowsePage() {
  const query = useQuery({
    queryKey: ['search', 'browse'],
    queryFn: async ({ signal }) => settled(await searchDashboards({ limit: LIMIT }, signal)),
    placeholderData: keepPreviousData,
  });
  return (
    <div className={page.page}>
      <Loaded query={query} what="the dashboards">
        {(hits) => <Browse hits={hits} />}
      </Loaded>
    </div>
  );
}

function Browse({ hits }: { hits: readonly SearchHit[] }) {
  const [text, setText] = usePageParam('query');
  const [tag, setTag] = usePageParam('tag');
  const [starred, setStarred] = usePageParam('starred');
  const [, params] = useRoute('/dashboards/f/:uid/:slug?');
  const [task, setTask] = useState<BrowseTask | null>(null);
  const editor = mayEdit(useUser());
  const tree = buildTree(hits);
  const top = findFolder(tree, params?.uid ?? '') ?? tree;
  const tags = [...new Set(hits.flatMap((hit) => hit.tags))].sort();
  const filtered = text.trim() !== '' || tag !== '' || starred !== '';
  const found = hits.filter(
    (hit) =>
      matchesText(hit, text) &&
      (tag === '' || hit.tags.includes(tag)) &&
      (starred === '' || hit.isStarred) &&
      (hit.type !== 'dash-folder' || (tag === '' && starred === '')),
  );

  return (
    <>
      <div className={page.filters}>
        <FilterBox
          className={page.grow}
          value={text}
          onChange={setText}
          placeholder="Search dashboards and folders"
        />
        {tags.length > 0 && (
          <Select
            label="Tag"
            hideLabel
            value={tag}
            onChange={setTag}
            options={[
              { value: '', name: 'Any tag' },
              ...tags.map((one) => ({ value: one, name: one })),
            ]}
          />
        )}
        <Toggles
          label="Only"
          items={[{ value: 'starred', name: 'Starred', on: starred !== '' }]}
          onToggle={(_, on) => setStarred(on ? 'true' : '')}
        />
        {editor && <NewMenu folder={top} onTask={setTask} />}
      </div>
      {filtered ? (
        <Found hits={found} editor={editor} onTask={setTask} />
      ) : (
        <Tree top={top} editor={editor} onTask={setTask} />
      )}
      {task !== null && <BrowseDialogs task={task} tree={tree} onClose={() => setTask(null)} />}
    </>
  );
}

interface ListProps {
  editor: boolean;
  onTask: (task: BrowseTask) => void;
}

function Found({ hits, ...rest }: ListProps & { hits: readonly SearchHit[] }) {
  if (hits.length === 0) {
    return (
      <EmptyState icon={<IconStar size={32} stroke={1.5} />} title="Nothing like that here">
        Search looks at titles, tags and folders; every word must occur.
      </EmptyState>
    );
  }
  return (
    <ul className={styles.list} aria-label="Found">
      {hits.map((hit) => (
        <DashboardRow key={`${hit.type} ${hit.uid}`} hit={hit} showFolder {...rest} />
      ))}
    </ul>
  );
}

function Tree({ top, ...rest }: ListProps & { top: FolderNode }) {
  if (top.folders.length === 0 && top.dashboards.length === 0) {
    return (
      <EmptyState
        icon={<IconLayoutDashboard size={32} stroke={1.5} />}
        title={top.uid === '' ? 'There are no dashboards yet' : `${top.title} is empty`}
      >
        {rest.editor
          ? 'New makes one from nothing or imports what you have.'
          : 'Somebody who may edit can make one, or put files where provisioning finds them.'}
      </EmptyState>
    );
  }
  return (
    <ul className={styles.list} aria-label={top.title}>
      {top.folders.map((folder) => (
        <FolderBranch key={folder.uid} folder={folder} depth={0} {...rest} />
      ))}
      {top.dashboards.map((hit) => (
        <DashboardRow key={hit.uid} hit={hit} {...rest} />
      ))}
    </ul>
  );
}

function NewMenu({ folder, onTask }: { folder: FolderNode; onTask: (task: BrowseTask) => void }) {
  const [, navigate] = useLocation();
  const into = folder.uid === '' ? '' : `?folderUid=${encodeURIComponent(folder.uid)}`;
  return (
    <div className={styles.new}>
      <Dropdown
        label="New"
        align="end"
        width={220}
        trigger={(props) => (
          <Button leftSection={<IconPlus size={16} />} {...props}>
            New
          </Button>
        )}
      >
        <DropdownItem
          icon={<IconLayoutDashboard size={16} />}
          onClick={() => navigate(`/dashboard/new${into}`)}
        >
          New dashboard
        </DropdownItem>
        <DropdownItem
          icon={<IconFolderPlus size={16} />}
          onClick={() => onTask({ kind: 'new-folder', parentUid: folder.uid })}
        >
          New folder
        </DropdownItem>
        <DropdownItem
          icon={<IconFileImport size={16} />}
          onClick={() => navigate(`/dashboard/import${into}`)}
        >
          Import
        </DropdownItem>
        <DropdownItem icon={<IconTrash size={16} />} onClick={() => navigate('/dashboards/trash')}>
          Deleted lately
        </DropdownItem>
      </Dropdown>
    </div>
  );
}
