import { lazy, Suspense, useMemo } from 'react';
import { useSearch } from 'wouter';
import { useShownScheme } from '../../parts/colourScheme';
import { interpolate, withScopedVars } from '../../dash/variables/interpolate';
import { vizFor } from '../../viz/registry';
import { useSession, useSessionState } from './context';
import { loadEditor } from './editor';
import type { OpenDialog } from './sessionState';
import { menuFacts } from './panelActions';
import { menuOf } from './menu';
import { shownFrames } from './pipeline';
import type { Transformation } from '../../dash/model';
import type { InspectTab } from './InspectDialog';
import { useTransform } from './useTransform';

const InspectDialog = lazy(async () => ({
  default: (await import('./InspectDialog')).InspectDialog,
}));
const ShareDialog = lazy(async () => ({ default: (await import('./ShareDialog')).ShareDialog }));
const AnnotationDialog = lazy(async () => ({
  default: (await import('./AnnotationDialog')).AnnotationDialog,
}));
const SaveDialog = lazy(async () => ({ default: (await loadEditor()).SaveDialog }));

/** What opens over the dashboard. */
export function Dialogs() {
  const session = useSession();
  const dialog = useSessionState((state) => state.dialog);
  const close = () => session.open(null);
  return (
    <Suspense fallback={null}>
      {dialog?.kind === 'inspect' && <Inspect dialog={dialog} />}
      {dialog?.kind === 'share' && <Share panelKey={dialog.panelKey} />}
      {dialog?.kind === 'annotation' && (
        <AnnotationDialog
          id={dialog.id}
          draft={dialog.draft}
          timezone={session.state.timezone}
          mayDelete={session.deps.meta.annotationsPermissions.dashboard.canDelete}
          onClose={close}
          onDone={() => {
            close();
            session.store.set({ annotationsAsked: session.state.annotationsAsked + 1 });
          }}
        />
      )}
      {dialog?.kind === 'save' && <SaveDialog session={session} onClose={close} />}
    </Suspense>
  );
}

function titleOf(session: ReturnType<typeof useSession>, key: string): string {
  const panel = session.findPanel(key);
  if (panel === undefined) return session.state.dashboard.title;
  return interpolate(panel.title, withScopedVars(session.state.scope, panel.scopedVars), 'text');
}

const NONE: readonly Transformation[] = [];

const TABS: Readonly<Record<string, InspectTab>> = {
  'inspect-data': 'data',
  'inspect-query': 'query',
  'inspect-stats': 'stats',
  'inspect-json': 'json',
};

function Inspect({ dialog }: { dialog: Extract<OpenDialog, { kind: 'inspect' }> }) {
  const session = useSession();
  const theme = useShownScheme();
  const { panelKey, tab } = dialog;
  const panel = session.findPanel(panelKey);
  // As it was when the dialog opened: a refresh does not move what one reads.
  const data = useMemo(() => session.runner.get(panelKey), [session, panelKey]);
  const plugin = panel === undefined ? undefined : vizFor(panel.type);
  const transform = useTransform(panel?.transformations ?? NONE);
  const shown = useMemo(() => {
    if (panel === undefined || plugin === undefined || transform === null) return [];
    const { scope, timezone } = session.state;
    const own = withScopedVars(scope, panel.scopedVars);
    return shownFrames(data.frames, panel, plugin, transform, {
      theme,
      timezone,
      interpolate: (text, format) => interpolate(text, own, format),
    });
  }, [session, data, panel, plugin, transform, theme]);
  if (panel === undefined) return null;
  const items = menuOf(menuFacts(session, panelKey, panel, plugin));
  return (
    <InspectDialog
      title={titleOf(session, panelKey)}
      tab={tab}
      tabs={items.flatMap((item) => TABS[item.action] ?? [])}
      data={data}
      shown={shown}
      json={JSON.stringify(panel.raw, null, 2)}
      onTab={(next) => session.open({ ...dialog, tab: next })}
      onClose={() => session.open(null)}
    />
  );
}

function Share({ panelKey }: { panelKey: string }) {
  const session = useSession();
  const search = useSearch();
  const { dashboard, meta, raw, range } = session.state;
  return (
    <ShareDialog
      title={titleOf(session, panelKey)}
      session={session}
      facts={{
        base: document.baseURI.replace(/[^/]*$/, ''),
        uid: dashboard.uid,
        slug: meta.slug,
        search,
        raw,
        range,
        panelKey,
        variables: session.variables.params(),
      }}
      onClose={() => session.open(null)}
    />
  );
}
