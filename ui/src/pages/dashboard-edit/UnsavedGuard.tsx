import { useEffect, useState } from 'react';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { useSessionState } from '../dashboard/context';
import type { DashboardSession } from '../dashboard/session';
import { guardLeaving, leavesPage } from './leaving';
import { isDirty } from './save/saving';
import styles from './save/save.module.css';

/** Asks before unsaved changes are lost. */
export function UnsavedGuard({ session }: { readonly session: DashboardSession }) {
  const touched = useSessionState((state) => state.dashboard !== state.saved);
  const [go, setGo] = useState<{ readonly go: () => void } | null>(null);
  useEffect(() => {
    if (!touched) return;
    return guardLeaving({
      stops: (to) => {
        const { dashboard, saved } = session.state;
        return (
          leavesPage(window.location.pathname, to, window.location.origin) &&
          isDirty(saved, dashboard)
        );
      },
      ask: (leave) => setGo({ go: leave }),
    });
  }, [session, touched]);
  if (go === null) return null;
  const close = () => setGo(null);
  return (
    <Dialog label="Unsaved changes" width={440} onClose={close}>
      <div className={styles.dialog}>
        <h2 className={styles.heading}>Leave without saving?</h2>
        <p className={styles.words}>
          {`The changes of “${session.state.dashboard.title}” are not saved yet.`}
        </p>
        <div className={styles.buttons}>
          <Button variant="default" onClick={close}>
            Stay
          </Button>
          <Button
            variant="default"
            onClick={() => {
              close();
              go.go();
            }}
          >
            Leave without them
          </Button>
          <Button
            onClick={() => {
              close();
              session.open({ kind: 'save' });
            }}
          >
            Save
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
