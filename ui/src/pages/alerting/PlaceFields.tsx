import { IconFolderPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { createFolder } from '../../api/grafana/folders';
import { AskDialog } from '../../parts/AskDialog';
import { IconButton } from '../../parts/IconButton';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import type { RuleDraft } from './model/draft';
import { useFolders, useRuleGroups } from './useContacts';
import styles from './editor.module.css';

export interface PlaceFieldsProps {
  draft: RuleDraft;
  wrong: (field: string) => string | null;
  onChange: (change: Partial<RuleDraft>) => void;
  /** The new-folder dialog stands outside of the form. */
  onNewFolder: () => void;
}

/** Folder and group; the group's other rules share how often it is evaluated. */
export function PlaceFields({ draft, wrong, onChange, onNewFolder }: PlaceFieldsProps) {
  const folders = useFolders();
  const groups = useRuleGroups();
  const listId = useId();
  const title = folders.data?.find(({ uid }) => uid === draft.folderUid)?.title ?? '';
  const known = groups.data?.[title] ?? [];
  const existing = known.find(({ name }) => name === draft.group.trim());
  const others = (existing?.rules.length ?? 0) - (draft.uid === '' ? 0 : 1);
  return (
    <div className={styles.pair}>
      <div>
        <div className={styles.folder}>
          <Select
            label="Folder"
            value={draft.folderUid}
            onChange={(folderUid) => onChange({ folderUid })}
            options={[
              ...(draft.folderUid === '' ? [{ value: '', name: 'Choose a folder' }] : []),
              ...(draft.folderUid !== '' && title === ''
                ? [{ value: draft.folderUid, name: draft.folderUid }]
                : []),
              ...(folders.data ?? []).map((one) => ({ value: one.uid, name: one.title })),
            ]}
          />
          <IconButton
            variant="default"
            size={32}
            aria-label="New folder"
            title="New folder"
            onClick={onNewFolder}
          >
            <IconFolderPlus size={16} />
          </IconButton>
        </div>
        {wrong('folderUid') !== null && <p className={styles.wrong}>{wrong('folderUid')}</p>}
      </div>
      <div>
        <TextField
          label="Group"
          placeholder="services"
          list={listId}
          autoComplete="off"
          value={draft.group}
          error={wrong('group')}
          onChange={(event) => {
            const group = event.currentTarget.value;
            const there = known.find(({ name }) => name === group.trim());
            onChange({ group, ...(there === undefined ? {} : { every: there.interval }) });
          }}
        />
        <datalist id={listId}>
          {known.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {others > 0 && (
          <p className={styles.hint}>
            {others === 1
              ? 'One other rule is in it and is evaluated as often.'
              : `${others} other rules are in it and are evaluated as often.`}
          </p>
        )}
      </div>
    </div>
  );
}

export function NewFolderDialog(props: { onMade: (uid: string) => void; onClose: () => void }) {
  const [title, setTitle] = useState('');
  const client = useQueryClient();
  const make = async () => {
    const answer = await createFolder(title.trim(), '');
    if (!answer.ok) return answer.message;
    await client.invalidateQueries({ queryKey: ['alerting-folders'] });
    props.onMade(answer.data.uid);
    return null;
  };
  return (
    <AskDialog
      title="New folder"
      action="Create"
      disabled={title.trim() === ''}
      onAct={make}
      onClose={props.onClose}
    >
      <TextField
        label="Name"
        autoFocus
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
    </AskDialog>
  );
}
