import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { settled } from '../../../api/grafana/client';
import { fetchDashboard, fetchLibraryElement } from '../../../api/grafana/dashboards';
import { fetchVersion, fetchVersions, restoreVersion } from '../../../api/grafana/editing';
import { loadDashboard } from '../../../dash/model/load';
import { AskDialog } from '../../../parts/AskDialog';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { useNow } from '../../../parts/hooks';
import { Loaded } from '../../../parts/Loaded';
import { RelativeTime } from '../../../parts/RelativeTime';
import { withLibraryPanels } from '../../dashboard/libraryPanels';
import { useSessionState } from '../../dashboard/context';
import { ChangeList } from '../save/ChangeList';
import { changesOf } from '../save/saving';
import type { SettingsPartProps } from './Settings';
import styles from './settings.module.css';

/** What was saved when and by whom; two are compared, any is brought back. */
export function Versions({ session }: SettingsPartProps) {
  const uid = useSessionState((state) => state.dashboard.uid);
  const current = useSessionState((state) => state.meta.version);
  const now = useNow(60_000);
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['versions', uid, current],
    queryFn: async ({ signal }) => settled(await fetchVersions(uid, signal)),
  });
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [restoring, setRestoring] = useState<number | null>(null);
  const toggle = (version: number) =>
    setChosen(
      chosen.includes(version)
        ? chosen.filter((one) => one !== version)
        : [version, ...chosen].slice(0, 2),
    );
  const restore = async (version: number) => {
    const answer = await restoreVersion(uid, version);
    if (!answer.ok) return answer.message;
    const there = await fetchDashboard(uid);
    if (!there.ok) return there.message;
    const loaded = await loadDashboard(there.data.dashboard);
    const dashboard = await withLibraryPanels(loaded.dashboard, async (library) => {
      const element = await fetchLibraryElement(library);
      return element.ok ? element.data.model : null;
    });
    session.edit(() => dashboard);
    session.markSaved(session.state.dashboard, there.data.meta);
    void client.invalidateQueries({ queryKey: ['versions', uid] });
    return null;
  };
  const [older, newer] = chosen.toSorted((a, b) => a - b);
  return (
    <Loaded query={query} what="the versions">
      {(versions) => (
        <>
          <Card title="Choose two to compare">
            <ul className={styles.list}>
              {versions.map((one) => (
                <li key={one.version} className={styles.item}>
                  <label className={styles.itemName}>
                    <input
                      type="checkbox"
                      checked={chosen.includes(one.version)}
                      onChange={() => toggle(one.version)}
                    />
                    <b>{one.version}</b>
                    <span>{one.message}</span>
                  </label>
                  <span className={styles.dim}>
                    {one.createdBy} <RelativeTime ms={Date.parse(one.created)} now={now} />
                  </span>
                  {one.version === versions[0]?.version ? (
                    <span className={styles.dim}>Latest</span>
                  ) : (
                    <Button variant="default" size="xs" onClick={() => setRestoring(one.version)}>
                      Restore
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          </Card>
          {older !== undefined && newer !== undefined && (
            <Compare uid={uid} older={older} newer={newer} />
          )}
          {restoring !== null && (
            <AskDialog
              title={`Restore version ${restoring}?`}
              words="It becomes the newest version; none is lost. Unsaved changes here are."
              action="Restore"
              onAct={() => restore(restoring)}
              onClose={() => setRestoring(null)}
            />
          )}
        </>
      )}
    </Loaded>
  );
}

interface CompareProps {
  uid: string;
  older: number;
  newer: number;
}

async function open(uid: string, version: number, signal: AbortSignal) {
  const { data } = settled(await fetchVersion(uid, version, signal));
  return (await loadDashboard(data)).dashboard;
}

function Compare({ uid, older, newer }: CompareProps) {
  const query = useQuery({
    queryKey: ['compare-versions', uid, older, newer],
    queryFn: async ({ signal }) =>
      Promise.all([open(uid, older, signal), open(uid, newer, signal)] as const),
    staleTime: Infinity,
  });
  const changes = useMemo(
    () => (query.data === undefined ? [] : changesOf(query.data[0], query.data[1])),
    [query.data],
  );
  return (
    <Card title={`From version ${older} to version ${newer}`}>
      <div className={styles.form}>
        <Loaded query={query} what="the versions">
          {() =>
            changes.length === 0 ? (
              <p className={styles.dim}>Nothing differs that a person could see.</p>
            ) : (
              <ChangeList changes={changes} />
            )
          }
        </Loaded>
      </div>
    </Card>
  );
}
