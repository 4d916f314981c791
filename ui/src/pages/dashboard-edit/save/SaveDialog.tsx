import { IconDownload, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { GrafanaFailure } from '../../../api/grafana/client';
import { saveDashboard } from '../../../api/grafana/dashboards';
import type { Dashboard } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { CopyButton } from '../../../parts/CopyButton';
import { Dialog } from '../../../parts/Dialog';
import { IconButton } from '../../../parts/IconButton';
import { Notice } from '../../../parts/Notice';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { Toggles } from '../../../parts/Toggles';
import type { DialogProps } from '../../dashboard/editor';
import { saveFile } from '../../dashboard/saveFile';
import { ChangeList } from './ChangeList';
import {
  afterSave,
  changesOf,
  copyOf,
  fileJson,
  refusalOf,
  savedJson,
  withDefaults,
  type Chosen,
  type Refusal,
} from './saving';
import { useFolders } from './useFolders';
import styles from './save.module.css';

interface Answer {
  readonly refusal: Refusal;
  readonly message: string;
}

/** Shows what will change, asks for a word about it, saves. */
export function SaveDialog({ session, onClose }: DialogProps) {
  const { state } = session;
  const isNew = state.dashboard.version === 0 || state.dashboard.uid === '';
  const [copy, setCopy] = useState(false);
  const naming = isNew || copy;
  const [title, setTitle] = useState(state.dashboard.title);
  const [folderUid, setFolderUid] = useState(state.meta.folderUid);
  const [message, setMessage] = useState('');
  const [keep, setKeep] = useState({ time: false, refresh: false, values: false });
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Answer | null>(null);

  const final = useMemo(
    () =>
      withDefaults(state.dashboard, {
        time: keep.time ? state.raw : null,
        refresh: keep.refresh ? state.refresh : null,
        values: keep.values ? chosenNow(state.variables) : null,
      }),
    [state, keep],
  );
  const changes = useMemo(
    () => (isNew ? [] : changesOf(state.saved, final)),
    [isNew, state.saved, final],
  );

  const save = async (how: { overwrite?: boolean; writeBack?: boolean }) => {
    setBusy(true);
    const dashboard = naming
      ? copy
        ? copyOf(final, title.trim())
        : { ...final, title: title.trim() }
      : final;
    const answer = await saveDashboard({
      dashboard: savedJson(dashboard),
      message,
      overwrite: how.overwrite === true,
      ...(naming ? { folderUid } : {}),
      ...(how.writeBack === true ? { writeBack: true } : {}),
    });
    setBusy(false);
    if (!answer.ok) {
      setRefused(answerOf(answer));
      return;
    }
    const { slug, version, uid } = answer.data;
    session.markSaved(afterSave(dashboard, answer.data), {
      ...session.state.meta,
      slug,
      version,
      folderUid: naming ? folderUid : session.state.meta.folderUid,
    });
    onClose();
    if (naming) session.onNavigate(`/d/${uid}/${slug}`);
  };

  const blocked = !naming && (state.meta.provisioned || refused?.refusal === 'provisioned');
  const nothing = !naming && changes.length === 0;
  return (
    <Dialog label="Save the dashboard" width={640} onClose={onClose}>
      <form
        className={styles.dialog}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!blocked && title.trim() !== '') void save({});
        }}
      >
        <header className={styles.head}>
          <h2 className={styles.heading}>
            {copy ? 'Save a copy' : `Save “${state.dashboard.title || 'New dashboard'}”`}
          </h2>
          <IconButton aria-label="Close" onClick={onClose}>
            <IconX size={16} />
          </IconButton>
        </header>
        {naming && (
          <Naming title={title} onTitle={setTitle} folderUid={folderUid} onFolder={setFolderUid} />
        )}
        {blocked && (
          <FromFile
            file={state.meta.provisionedExternalId}
            writable={state.meta.provisionedFileWritable}
            dashboard={final}
            busy={busy}
            onWrite={() => void save({ writeBack: true })}
            onCopy={() => setCopy(true)}
          />
        )}
        <Keep
          keep={keep}
          onChange={setKeep}
          can={{
            time:
              state.raw.from !== state.dashboard.time.from ||
              state.raw.to !== state.dashboard.time.to,
            refresh: state.refresh !== state.dashboard.refresh,
            values: state.variables.length > 0,
          }}
        />
        {!naming && !blocked && (
          <TextField
            label="What was changed, in a few words"
            placeholder="Optional; stands in the list of versions"
            value={message}
            onChange={(event) => setMessage(event.currentTarget.value)}
          />
        )}
        {!isNew && !copy && (
          <div className={styles.summary}>
            {nothing ? (
              <p className={styles.words}>Nothing differs from what is saved.</p>
            ) : (
              <ChangeList changes={changes} />
            )}
          </div>
        )}
        {refused !== null && refused.refusal !== 'provisioned' && (
          <Refused
            refused={refused}
            onOverwrite={() => void save({ overwrite: true })}
            onCopy={() => setCopy(true)}
          />
        )}
        <div className={styles.buttons}>
          {!naming && (
            <Button
              variant="default"
              className={styles.first ?? ''}
              onClick={() => {
                setCopy(true);
                setRefused(null);
                setTitle(`${state.dashboard.title} (copy)`);
              }}
            >
              Save a copy
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          {!blocked && (
            <Button type="submit" loading={busy} disabled={title.trim() === '' || nothing}>
              {copy ? 'Save the copy' : 'Save'}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function answerOf({ status, body, message }: GrafanaFailure): Answer {
  return { refusal: refusalOf(status, body, message), message };
}

function chosenNow(
  views: readonly {
    readonly variable: { readonly name: string };
    readonly values: readonly string[];
    readonly texts: readonly string[];
  }[],
): ReadonlyMap<string, Chosen> {
  return new Map(
    views.map(({ variable, values, texts }) => [variable.name, { value: values, text: texts }]),
  );
}

interface NamingProps {
  title: string;
  onTitle: (title: string) => void;
  folderUid: string;
  onFolder: (uid: string) => void;
}

function Naming({ title, onTitle, folderUid, onFolder }: NamingProps) {
  const folders = useFolders();
  const known = folders.some(({ value }) => value === folderUid);
  return (
    <div className={styles.naming}>
      <TextField
        label="Title"
        value={title}
        autoFocus
        error={title.trim() === '' ? 'A dashboard needs a title' : null}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => onTitle(event.currentTarget.value)}
      />
      <Select
        label="Folder"
        value={folderUid}
        options={known ? folders : [...folders, { value: folderUid, name: folderUid }]}
        onChange={onFolder}
      />
    </div>
  );
}

type Kept = Record<'time' | 'refresh' | 'values', boolean>;

interface KeepProps {
  keep: Kept;
  can: Kept;
  onChange: (keep: Kept) => void;
}

const KEEP = [
  ['time', 'Open with the time range of now'],
  ['refresh', 'Open with the refresh of now'],
  ['values', 'Open with the values of variables of now'],
] as const;

function Keep({ keep, can, onChange }: KeepProps) {
  const items = KEEP.filter(([name]) => can[name]).map(([value, name]) => ({
    value,
    name,
    on: keep[value],
  }));
  if (items.length === 0) return null;
  return (
    <Toggles
      label="Also save"
      items={items}
      onToggle={(value, on) => onChange({ ...keep, [value]: on })}
    />
  );
}

interface RefusedProps {
  refused: Answer;
  onOverwrite: () => void;
  onCopy: () => void;
}

function Refused({ refused, onOverwrite, onCopy }: RefusedProps) {
  const { refusal, message } = refused;
  const words = {
    changed: 'Someone else saved this dashboard meanwhile',
    name: 'There is a dashboard of this name in the folder',
    provisioned: 'It comes from a file',
    other: 'It could not be saved',
  } as const;
  return (
    <Notice
      kind="error"
      title={words[refusal]}
      action={
        refusal === 'changed' || refusal === 'name' ? (
          <div className={styles.choices}>
            <Button variant="default" size="xs" onClick={onOverwrite}>
              Overwrite it
            </Button>
            {refusal === 'changed' && (
              <Button variant="default" size="xs" onClick={onCopy}>
                Save a copy
              </Button>
            )}
          </div>
        ) : undefined
      }
    >
      {message}
    </Notice>
  );
}

interface FromFileProps {
  file: string;
  writable: boolean;
  dashboard: Dashboard;
  busy: boolean;
  onWrite: () => void;
  onCopy: () => void;
}

/** Where it comes from is where it is changed: there, if that may be, or by hand. */
function FromFile({ file, writable, dashboard, busy, onWrite, onCopy }: FromFileProps) {
  const text = `${JSON.stringify(fileJson(dashboard), null, 2)}\n`;
  return (
    <Notice kind="info" title={`This dashboard comes from the file ${file}`}>
      <p>
        {writable
          ? 'Your changes can be written to that file.'
          : 'The server may not write to it. Put this JSON in its place, or save a copy.'}
      </p>
      <div className={styles.choices}>
        {writable && (
          <Button size="xs" loading={busy} onClick={onWrite}>
            Write to the file
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={15} />}
          onClick={() => saveFile(file === '' ? 'dashboard.json' : file, text, 'application/json')}
        >
          Download the file
        </Button>
        <CopyButton text={text} label="Copy the JSON" />
        <Button variant="default" size="xs" onClick={onCopy}>
          Save a copy
        </Button>
      </div>
    </Notice>
  );
}
