import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { GrafanaResult } from '../../api/grafana/client';
import { fetchDashboard, saveDashboard } from '../../api/grafana/dashboards';
import {
  createFolder,
  deleteDashboard,
  deleteFolder,
  renameFolder,
} from '../../api/grafana/folders';
import { formatCount } from '../../lib/units';
import { AskDialog } from '../../parts/AskDialog';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { folderPaths, type FolderNode } from './tree';

export type BrowseTask =
  | { readonly kind: 'new-folder'; readonly parentUid: string }
  | { readonly kind: 'rename-folder'; readonly uid: string; readonly title: string }
  | {
      readonly kind: 'delete-folder';
      readonly uid: string;
      readonly title: string;
      readonly holds: number;
    }
  | {
      readonly kind: 'move';
      readonly uid: string;
      readonly title: string;
      readonly folderUid: string;
    }
  | { readonly kind: 'delete'; readonly uid: string; readonly title: string };

export interface BrowseDialogsProps {
  task: BrowseTask;
  tree: FolderNode;
  onClose: () => void;
}

/** Saved anew in the other folder: what it holds stays as it is. */
async function moveDashboard(uid: string, folderUid: string): Promise<GrafanaResult<unknown>> {
  const stored = await fetchDashboard(uid);
  if (!stored.ok) return stored;
  const { dashboard } = stored.data;
  return saveDashboard({ dashboard, folderUid, message: 'Moved', overwrite: true });
}

export function BrowseDialogs({ task, tree, onClose }: BrowseDialogsProps) {
  const client = useQueryClient();
  const [title, setTitle] = useState(task.kind === 'rename-folder' ? task.title : '');
  const [folder, setFolder] = useState(task.kind === 'move' ? task.folderUid : '');
  const run = (request: () => Promise<GrafanaResult<unknown>>) => async () => {
    const answer = await request();
    if (answer.ok) await client.invalidateQueries({ queryKey: ['search'] });
    return answer.ok ? null : answer.message;
  };
  const name = (
    <TextField
      label="Name"
      autoFocus
      value={title}
      maxLength={189}
      onChange={(event) => setTitle(event.currentTarget.value)}
    />
  );
  const unnamed = title.trim() === '';

  switch (task.kind) {
    case 'new-folder':
      return (
        <AskDialog
          title="New folder"
          action="Create"
          disabled={unnamed}
          onAct={run(() => createFolder(title.trim(), task.parentUid))}
          onClose={onClose}
        >
          {name}
        </AskDialog>
      );
    case 'rename-folder':
      return (
        <AskDialog
          title={`Rename ${task.title}`}
          action="Rename"
          disabled={unnamed}
          onAct={run(() => renameFolder(task.uid, title.trim()))}
          onClose={onClose}
        >
          {name}
        </AskDialog>
      );
    case 'delete-folder':
      return (
        <AskDialog
          title={`Delete the folder ${task.title}?`}
          words={
            task.holds === 0
              ? 'It is empty.'
              : `${formatCount(task.holds, 'dashboard')} in it can be brought back for 30 days; the folder cannot.`
          }
          action="Delete"
          onAct={run(() => deleteFolder(task.uid))}
          onClose={onClose}
        />
      );
    case 'delete':
      return (
        <AskDialog
          title={`Delete ${task.title}?`}
          words="It can be brought back for 30 days: New, Deleted lately."
          action="Delete"
          onAct={run(() => deleteDashboard(task.uid))}
          onClose={onClose}
        />
      );
    case 'move':
      return (
        <AskDialog
          title={`Move ${task.title}`}
          action="Move"
          disabled={folder === task.folderUid}
          onAct={run(() => moveDashboard(task.uid, folder))}
          onClose={onClose}
        >
          <Select
            label="To"
            value={folder}
            onChange={setFolder}
            options={folderPaths(tree).map(({ uid, path }) => ({
              value: uid,
              name: uid === '' ? 'Dashboards (no folder)' : path,
            }))}
          />
        </AskDialog>
      );
  }
}
