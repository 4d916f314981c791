import { lazy, Suspense, useEffect, useMemo, useState, type ComponentType } from 'react';
import { useLocation, useSearch } from 'wouter';
import { noteVisit } from '../../lib/recentDashboards';
import { Button } from '../../parts/Button';
import { PageBar } from '../../parts/PageBar';
import { usePageFrame, type PageFrame } from '../../parts/pageFrame';
import { Skeleton } from '../../parts/Skeleton';
import { changeAddress, isStep, readAddress } from './address';
import { SessionContext, useSession, useSessionState } from './context';
import { ControlsBar } from './ControlsBar';
import { HAS_EDITOR, loadEditor } from './editor';
import { Grid } from './Grid';
import { HeadTools } from './HeadTools';
import { DASHBOARD_KEYS, PANEL_KEYS } from './keys';
import { mayEdit } from './panelActions';
import { DashboardSession } from './session';
import type { SessionDeps } from './sessionState';
import { SoloPanel } from './SoloPanel';
import { TimeControls } from './TimeControls';
import { useAnnotations } from './useAnnotations';
import { useDashboardKeys } from './useDashboardKeys';
import { useNarrow } from './useNarrow';
import { VizDataProvider } from './VizDataProvider';
import styles from './dashboard.module.css';

const Dialogs = lazy(async () => ({ default: (await import('./Dialogs')).Dialogs }));
const Editor = lazy(async () => ({ default: (await loadEditor()).Editor }));
const LayoutEditor = lazy(async () => {
  const { LayoutEditor: Found } = await loadEditor();
  return { default: Found ?? Nothing };
});

/** Where this editor has no such part. */
const Nothing: ComponentType<{ readonly session: DashboardSession }> = () => null;

export interface DashboardViewProps {
  deps: SessionDeps;
  /** Only this panel, and nothing around it. */
  onlyPanel?: string;
}

const KEYS: PageFrame['keys'] = [
  { title: 'Dashboard', keys: DASHBOARD_KEYS },
  { title: 'Panel under the pointer', keys: PANEL_KEYS },
];

/** One dashboard, open. A new one of these for each that is opened. */
export function DashboardView({ deps, onlyPanel }: DashboardViewProps) {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const address = useMemo(() => readAddress(search), [search]);
  const [session] = useState(() => new DashboardSession(deps));

  useEffect(() => {
    session.start(readAddress(window.location.search));
    return () => session.stop();
  }, [session]);
  useEffect(() => {
    session.connect({
      navigate: (to) => navigate(to),
      changeAddress: (change, quiet) => {
        // As it is now: two changes may come in one turn.
        const now = window.location.search.replace(/^\?/, '');
        const next = changeAddress(now, change);
        if (next === now) return;
        navigate(next === '' ? path : `${path}?${next}`, { replace: quiet || !isStep(change) });
      },
    });
  }, [session, path, navigate]);
  useEffect(() => session.setAddress(address), [session, address]);
  useEffect(() => {
    if (!deps.frozen && deps.dashboard.uid !== '')
      noteVisit(deps.dashboard.uid, deps.dashboard.title);
  }, [deps]);

  return (
    <SessionContext value={session}>
      <VizDataProvider>
        {onlyPanel === undefined ? (
          <Whole
            viewPanel={address.viewPanel}
            editPanel={address.editPanel}
            editview={address.editview}
            kiosk={address.kiosk}
          />
        ) : (
          <Alone panelKey={onlyPanel} />
        )}
        <Opened />
      </VizDataProvider>
    </SessionContext>
  );
}

/** What opens over the dashboard. */
function Opened() {
  const open = useSessionState((state) => state.dialog !== null);
  return open ? (
    <Suspense fallback={null}>
      <Dialogs />
    </Suspense>
  ) : null;
}

interface WholeProps {
  viewPanel: string;
  editPanel: string;
  editview: string;
  kiosk: 'off' | 'tv' | 'full';
}

function Whole({ viewPanel, editPanel, editview, kiosk }: WholeProps) {
  const session = useSession();
  const title = useSessionState((state) => state.dashboard.title);
  const meta = useSessionState((state) => state.meta);
  const narrow = useNarrow();
  const editing = HAS_EDITOR && mayEdit(session) && (editPanel !== '' || editview !== '');
  useAnnotations();
  useDashboardKeys(session, !editing);
  const frame = useMemo((): PageFrame => {
    const folder =
      meta.folderTitle === '' || meta.folderUid === ''
        ? []
        : [{ name: meta.folderTitle, href: meta.folderUrl || `/dashboards/f/${meta.folderUid}` }];
    // Whoever is not signed in has no other pages to go to.
    const stranger = session.deps.frozen && session.deps.user === null;
    return {
      title: title === '' ? 'Untitled dashboard' : title,
      crumbs: session.deps.frozen ? [] : [{ name: 'Dashboards', href: '/dashboards' }, ...folder],
      chrome: kiosk === 'full' ? 'none' : kiosk === 'tv' || stranger ? 'bare' : 'full',
      keys: KEYS,
    };
  }, [title, meta, kiosk, session]);
  usePageFrame(frame);
  return (
    <div
      className={styles.page}
      data-kiosk={kiosk === 'full' || undefined}
      data-view={(!editing && viewPanel !== '') || undefined}
    >
      {kiosk !== 'full' && (
        <PageBar>
          {!narrow && <HeadTools />}
          {!narrow && <TimeControls />}
        </PageBar>
      )}
      {kiosk !== 'full' && narrow && (
        <div className={styles.narrowTime}>
          <TimeControls />
          <HeadTools />
        </div>
      )}
      {editing ? (
        <Suspense fallback={<Skeleton label="Loading the editor" />}>
          <Editor session={session} editPanel={editPanel} editview={editview} />
        </Suspense>
      ) : (
        <>
          {kiosk !== 'full' && !session.deps.frozen && <ControlsBar />}
          {viewPanel === '' ? <Panels /> : <SoloPanel key={viewPanel} panelKey={viewPanel} />}
        </>
      )}
      <Undo />
    </div>
  );
}

function Panels() {
  const session = useSession();
  const laying = useSessionState((state) => state.layoutEditing);
  const empty = useSessionState((state) => state.dashboard.panels.length === 0);
  if (mayEdit(session) && (laying || empty)) {
    return (
      <Suspense fallback={<Grid />}>
        <LayoutEditor session={session} />
      </Suspense>
    );
  }
  return <Grid />;
}

const ALONE: PageFrame = { title: 'Panel', crumbs: [], chrome: 'none', keys: [] };

function Alone({ panelKey }: { panelKey: string }) {
  usePageFrame(ALONE);
  useAnnotations();
  return <SoloPanel panelKey={panelKey} alone />;
}

const UNDO_MS = 10_000;

/** What was just changed can be taken back. */
function Undo() {
  const session = useSession();
  const undo = useSessionState((state) => state.undo);
  useEffect(() => {
    if (undo === null) return;
    const timer = setTimeout(() => session.store.set({ undo: null }), UNDO_MS);
    return () => clearTimeout(timer);
  }, [undo, session]);
  if (undo === null) return null;
  return (
    <div className={styles.undo} role="status">
      <span>{undo.words}</span>
      <Button variant="default" size="xs" onClick={() => session.takeBack()}>
        Undo
      </Button>
    </div>
  );
}
