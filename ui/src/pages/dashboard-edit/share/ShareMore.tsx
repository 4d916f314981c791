import { IconDownload } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { GrafanaError, settled } from '../../../api/grafana/client';
import { fetchLibraryElement } from '../../../api/grafana/dashboards';
import {
  createSnapshot,
  fetchPublicPage,
  setPublicPage,
  type MadeSnapshot,
  type PublicChange,
  type PublicPage,
} from '../../../api/grafana/editing';
import { exportJson } from '../../../dash/model/export';
import { cloneJson, isDraft } from '../../../dash/model/json';
import { allPanelsOf } from '../../../dash/model/layout';
import { panelKey } from '../../../dash/model/repeat';
import type { JsonObject } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { CopyButton } from '../../../parts/CopyButton';
import { Notice } from '../../../parts/Notice';
import { Select } from '../../../parts/Select';
import { Skeleton } from '../../../parts/Skeleton';
import { TextField } from '../../../parts/TextField';
import { Toggles } from '../../../parts/Toggles';
import { saveFile } from '../../dashboard/saveFile';
import type { DashboardSession } from '../../dashboard/session';
import { Switch } from '../options/Switch';
import { fileJson } from '../save/saving';
import { waitForData } from './loadAll';
import { EXPIRES, snapshotJson } from './snapshot';
import styles from './share.module.css';

export type ShareMoreForm = 'snapshot' | 'export' | 'public';

export interface ShareMoreProps {
  session: DashboardSession;
  form: ShareMoreForm;
  onClose: () => void;
}

export function ShareMore({ session, form, onClose }: ShareMoreProps) {
  if (form === 'snapshot') return <Snapshot session={session} onClose={onClose} />;
  if (form === 'export') return <Export session={session} />;
  return <Public session={session} />;
}

function Address({ name, url }: { name: string; url: string }) {
  return (
    <div className={styles.line}>
      <code className={styles.address} aria-label={name}>
        {url}
      </code>
      <CopyButton text={url} />
    </div>
  );
}

type SnapshotProps = Omit<ShareMoreProps, 'form'>;

function Snapshot({ session, onClose }: SnapshotProps) {
  const { dashboard } = session.state;
  const [name, setName] = useState(dashboard.title);
  const [expires, setExpires] = useState('604800');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const [made, setMade] = useState<MadeSnapshot | null>(null);
  const client = useQueryClient();
  const make = async () => {
    setBusy(true);
    setError('');
    await waitForData(session);
    const { panels, range, variables } = session.state;
    const json = snapshotJson({
      dashboard,
      panels,
      framesOf: (panel) => session.runner.get(panelKey(panel)).frames,
      range,
      chosen: new Map(
        variables.map(({ variable, values, texts }) => [
          variable.name,
          { value: values, text: texts },
        ]),
      ),
    });
    const answer = await createSnapshot({ dashboard: json, name, expires: Number(expires) });
    setBusy(false);
    if (answer.ok) {
      setMade(answer.data);
      void client.invalidateQueries({ queryKey: ['snapshots'] });
    } else setError(answer.message);
  };
  if (made !== null) {
    return (
      <div className={styles.form}>
        <p>Whoever has this address sees the data as it is now, without signing in:</p>
        <Address name="Address of the snapshot" url={made.url} />
        <p>Whoever has this one deletes it:</p>
        <Address name="Address that deletes it" url={made.deleteUrl} />
      </div>
    );
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <p className={styles.dim}>
        A copy with the data of now; queries, links and annotations are left out. Whoever has its
        address sees it.
      </p>
      <div className={styles.fields}>
        <TextField
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select label="Kept for" value={expires} options={EXPIRES} onChange={setExpires} />
      </div>
      {error !== '' && <Notice kind="error">{error}</Notice>}
      <div className={styles.line}>
        <Button type="submit" loading={busy}>
          Make the snapshot
        </Button>
        <Link href="/dashboard/snapshots" onClick={onClose}>
          All snapshots
        </Link>
      </div>
    </form>
  );
}

async function libraryOf(session: DashboardSession) {
  const uids = allPanelsOf(session.state.dashboard).flatMap((one) => one.libraryPanel?.uid ?? []);
  const found = new Map<string, { name: string; model: JsonObject }>();
  for (const uid of new Set(uids)) {
    const element = await fetchLibraryElement(uid);
    const model = element.ok ? cloneJson(element.data.model) : undefined;
    if (element.ok && isDraft(model)) found.set(uid, { name: element.data.name, model });
  }
  return found;
}

function Export({ session }: { session: DashboardSession }) {
  const [withInputs, setWithInputs] = useState(false);
  const query = useQuery({
    queryKey: ['export', session.state.dashboard, withInputs],
    queryFn: async () => {
      const { dashboard } = session.state;
      const json = withInputs
        ? exportJson(dashboard, {
            withInputs,
            sources: session.deps.sources,
            library: await libraryOf(session),
          })
        : fileJson(dashboard);
      return `${JSON.stringify(json, null, 2)}\n`;
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  const text = query.data;
  const name = `${session.state.meta.slug || 'dashboard'}.json`;
  return (
    <div className={styles.form}>
      <Toggles
        label="Export"
        items={[
          {
            value: 'inputs',
            name: 'For another server: data sources become questions',
            on: withInputs,
          },
        ]}
        onToggle={(_, on) => setWithInputs(on)}
      />
      <p className={styles.dim}>
        {withInputs
          ? 'Who imports it is asked for data sources and constants; library panels are in the file.'
          : 'The same dashboard always gives the same file: good for version control and provisioning.'}
      </p>
      {text === undefined ? (
        <Skeleton label="Writing the file" />
      ) : (
        <div className={styles.line}>
          <Button
            leftSection={<IconDownload size={16} />}
            onClick={() => saveFile(name, text, 'application/json')}
          >
            {`Save ${name}`}
          </Button>
          <CopyButton text={text} />
        </div>
      )}
    </div>
  );
}

function Public({ session }: { session: DashboardSession }) {
  const { uid } = session.state.dashboard;
  const [error, setError] = useState('');
  const client = useQueryClient();
  const key = ['public-page', uid];
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<PublicPage | null> => {
      const answer = await fetchPublicPage(uid, signal);
      if (!answer.ok && answer.status === 404 && !/disabled/.test(answer.message)) return null;
      return settled(answer);
    },
  });
  const change = async (what: PublicChange) => {
    const answer = await setPublicPage(uid, query.data?.uid ?? '', what);
    if (answer.ok) {
      client.setQueryData(key, answer.data);
      session.store.set({
        meta: { ...session.state.meta, publicDashboardEnabled: answer.data.isEnabled },
      });
    }
    setError(answer.ok ? '' : answer.message);
  };
  if (query.error !== null) {
    const off = query.error instanceof GrafanaError && query.error.status === 404;
    return (
      <Notice kind={off ? 'info' : 'error'}>
        {off ? 'Public dashboards are switched off on this server.' : query.error.message}
      </Notice>
    );
  }
  if (query.data === undefined) return <Skeleton label="Asking" />;
  const page = query.data;
  const on = page?.isEnabled === true;
  const url = new URL(`public-dashboards/${page?.accessToken ?? ''}`, document.baseURI).href;
  return (
    <div className={styles.form}>
      <p className={styles.dim}>
        Anyone with the address sees this dashboard with live data, without signing in. Variables
        stay as they are saved.
      </p>
      <Switch
        label="Public"
        on={on}
        onChange={(isEnabled) =>
          void change(page === null ? { isEnabled, timeSelectionEnabled: true } : { isEnabled })
        }
      />
      {page !== null && on && (
        <>
          <Switch
            label="Readers may choose the time range"
            on={page.timeSelectionEnabled}
            onChange={(timeSelectionEnabled) => void change({ timeSelectionEnabled })}
          />
          <Switch
            label="Readers see annotations"
            on={page.annotationsEnabled}
            onChange={(annotationsEnabled) => void change({ annotationsEnabled })}
          />
          {page.accessToken !== '' && <Address name="Public address" url={url} />}
        </>
      )}
      {error !== '' && <Notice kind="error">{error}</Notice>}
    </div>
  );
}
