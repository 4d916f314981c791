import { IconFileText, IconShare, IconStar, IconStarFilled } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState, type ComponentType } from 'react';
import { starDashboard } from '../../api/grafana/dashboards';
import { Button } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { useSession, useSessionState } from './context';
import { HAS_EDITOR, loadEditor } from './editor';
import { mayEdit } from './panelActions';
import type { DashboardSession } from './session';
import styles from './dashboard.module.css';

const EditorTools = lazy(async () => {
  const { Tools } = await loadEditor();
  return { default: Tools ?? Nothing };
});

const Nothing: ComponentType<{ readonly session: DashboardSession }> = () => null;

/** What belongs to the dashboard as a whole: its star, where it comes from, whether it is saved. */
export function HeadTools() {
  const session = useSession();
  const meta = useSessionState((state) => state.meta);
  const dirty = useSessionState((state) => state.dashboard !== state.saved);
  const frozen = session.deps.frozen;
  const editable = mayEdit(session);
  // While panels are moved the bar belongs to that.
  const laying = useSessionState((state) => state.layoutEditing);
  const fresh = useSessionState((state) => state.dashboard.uid === '');
  return (
    <>
      {!frozen && meta.canStar && !laying && <Star />}
      {meta.provisioned && (
        <span
          className={styles.badge}
          title={`This dashboard comes from the file ${meta.provisionedExternalId}`}
        >
          <IconFileText size={14} aria-hidden />
          File
        </span>
      )}
      {!frozen && !laying && !fresh && (
        <IconButton
          size={32}
          aria-label="Share the dashboard"
          title="Share (d x)"
          onClick={() => session.open({ kind: 'share', panelKey: '' })}
        >
          <IconShare size={17} />
        </IconButton>
      )}
      {dirty && (
        <>
          {!laying && <span className={styles.unsaved}>Unsaved changes</span>}
          <Button variant="default" onClick={() => session.discard()}>
            Discard
          </Button>
        </>
      )}
      {editable && dirty && <Button onClick={() => session.open({ kind: 'save' })}>Save</Button>}
      {editable && HAS_EDITOR && (
        <Suspense fallback={null}>
          <EditorTools session={session} />
        </Suspense>
      )}
    </>
  );
}

function Star() {
  const session = useSession();
  const uid = useSessionState((state) => state.dashboard.uid);
  const [starred, setStarred] = useState(session.deps.meta.isStarred);
  const client = useQueryClient();
  const toggle = async () => {
    const next = !starred;
    setStarred(next);
    const answer = await starDashboard(uid, next);
    if (!answer.ok) setStarred(!next);
    void client.invalidateQueries({ queryKey: ['stars'] });
  };
  const Sign = starred ? IconStarFilled : IconStar;
  const words = starred ? 'Take the star off' : 'Star this dashboard';
  return (
    <IconButton
      size={32}
      className={starred ? (styles.starred ?? '') : ''}
      aria-label={words}
      title={words}
      aria-pressed={starred}
      onClick={() => void toggle()}
    >
      <Sign size={17} />
    </IconButton>
  );
}
