import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { settled } from '../../api/grafana/client';
import { searchDashboards } from '../../api/grafana/dashboards';
import { importDashboard } from '../../api/grafana/import';
import { fetchFrontendSettings } from '../../api/grafana/people';
import type { LoadedDashboard } from '../../dash/model';
import { formatCount } from '../../lib/units';
import { Button } from '../../parts/Button';
import { Card } from '../../parts/Card';
import { Notice } from '../../parts/Notice';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { buildTree, folderPaths } from '../browse/tree';
import { renamed } from './document';
import styles from './import.module.css';

export interface ImportFormProps {
  raw: unknown;
  loaded: LoadedDashboard;
  onBack: () => void;
}

export function ImportForm({ raw, loaded, onBack }: ImportFormProps) {
  const { dashboard, inputs, notes } = loaded;
  const search = useSearch();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const [title, setTitle] = useState(dashboard.title);
  const [uid, setUid] = useState(dashboard.uid);
  const [folder, setFolder] = useState(() => new URLSearchParams(search).get('folderUid') ?? '');
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const hits = useQuery({
    queryKey: ['search', 'browse'],
    queryFn: async ({ signal }) => settled(await searchDashboards({ limit: 5000 }, signal)),
  });
  const settings = useQuery({
    queryKey: ['frontend-settings'],
    queryFn: async ({ signal }) => settled(await fetchFrontendSettings(signal)),
    staleTime: 60_000,
  });
  const sources = Object.values(settings.data?.datasources ?? {});
  const existing = hits.data?.find((hit) => hit.type !== 'dash-folder' && hit.uid === uid);
  const pick = (name: string, pluginId: string) =>
    chosen[name] ??
    sources.find((one) => one.type === pluginId && one.isDefault)?.uid ??
    sources.find((one) => one.type === pluginId)?.uid ??
    '';

  const run = async () => {
    setBusy(true);
    setError(null);
    const answer = await importDashboard({
      dashboard: renamed(raw, title.trim(), uid.trim()),
      overwrite: existing !== undefined,
      folderUid: folder,
      inputs: inputs.map(({ name, type, pluginId, value }) => ({
        name,
        type,
        pluginId,
        value: type === 'datasource' ? pick(name, pluginId) : (chosen[name] ?? value),
      })),
    });
    setBusy(false);
    if (!answer.ok) {
      setError(answer.message);
      return;
    }
    await client.invalidateQueries({ queryKey: ['search'] });
    navigate(`/d/${encodeURIComponent(answer.data.uid)}`);
  };

  const rows = dashboard.panels.filter(({ type }) => type === 'row');
  const panels =
    dashboard.panels.length - rows.length + rows.reduce((sum, row) => sum + row.panels.length, 0);
  return (
    <Card title="What is in it">
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() !== '') void run();
        }}
      >
        <p className={styles.facts}>
          {`${formatCount(panels, 'panel')}, ${formatCount(dashboard.variables.length, 'variable')}`}
        </p>
        <TextField
          label="Name"
          autoFocus
          value={title}
          error={title.trim() === '' ? 'A dashboard needs a name.' : null}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Select
          label="Folder"
          value={folder}
          onChange={setFolder}
          options={folderPaths(buildTree(hits.data ?? [])).map((one) => ({
            value: one.uid,
            name: one.uid === '' ? 'Dashboards (no folder)' : one.path,
          }))}
        />
        <TextField
          label="Unique identifier (uid); empty: a new one"
          value={uid}
          maxLength={40}
          spellCheck={false}
          error={/^[A-Za-z0-9_-]*$/.test(uid) ? null : 'Letters, digits, - and _ only.'}
          onChange={(event) => setUid(event.currentTarget.value)}
        />
        {inputs.map(({ name, label, description, type, pluginId, value }) =>
          type === 'datasource' ? (
            <Select
              key={name}
              label={label === '' ? name : label}
              value={pick(name, pluginId)}
              onChange={(to) => setChosen({ ...chosen, [name]: to })}
              options={sources
                .filter((one) => one.type === pluginId)
                .map((one) => ({ value: one.uid, name: one.name }))}
            />
          ) : (
            <TextField
              key={name}
              label={label === '' ? name : label}
              placeholder={description}
              value={chosen[name] ?? value}
              onChange={(event) => setChosen({ ...chosen, [name]: event.currentTarget.value })}
            />
          ),
        )}
        {existing !== undefined && (
          <Notice kind="warning" title={`This replaces ${existing.title}`}>
            A dashboard with this uid exists; its former versions stay. Another uid keeps both.
          </Notice>
        )}
        {notes.length > 0 && (
          <details className={styles.notes}>
            <summary>{`${formatCount(notes.length, 'note')} from bringing it up to date`}</summary>
            <ul>
              {notes.map((note, i) => (
                <li key={i}>{`${note.where}: ${note.text}`}</li>
              ))}
            </ul>
          </details>
        )}
        {error !== null && <Notice kind="error" title={error} />}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
          <Button type="submit" loading={busy}>
            {existing === undefined ? 'Import' : 'Import (replace)'}
          </Button>
        </div>
      </form>
    </Card>
  );
}
