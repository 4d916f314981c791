// What the view of dashboards fetches once someone may edit. It is small itself; each part comes
// when it is opened.

import { lazy, Suspense } from 'react';
import { Skeleton } from '../../parts/Skeleton';
import type { DialogProps, EditorProps } from '../dashboard/editor';
import type { DashboardSession } from '../dashboard/session';

export { Tools } from './Tools';

const PanelEditor = lazy(async () => ({
  default: (await import('./panel/PanelEditor')).PanelEditor,
}));
const Settings = lazy(async () => ({ default: (await import('./settings/Settings')).Settings }));
const Save = lazy(async () => ({ default: (await import('./save/SaveDialog')).SaveDialog }));
const Layout = lazy(async () => ({
  default: (await import('./layout/LayoutEditor')).LayoutEditor,
}));

export function Editor({ session, editPanel, editview }: EditorProps) {
  return (
    <Suspense fallback={<Skeleton label="Loading the editor" />}>
      {editPanel === '' ? (
        <Settings session={session} view={editview} />
      ) : (
        <PanelEditor key={editPanel} session={session} panelKey={editPanel} />
      )}
    </Suspense>
  );
}

export function SaveDialog(props: DialogProps) {
  return (
    <Suspense fallback={null}>
      <Save {...props} />
    </Suspense>
  );
}

export function LayoutEditor({ session }: { readonly session: DashboardSession }) {
  return (
    <Suspense fallback={<Skeleton label="Loading the editor" />}>
      <Layout session={session} />
    </Suspense>
  );
}
