import { IconX } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { CopyButton } from '../../parts/CopyButton';
import { Dialog } from '../../parts/Dialog';
import { IconButton } from '../../parts/IconButton';
import { Segments } from '../../parts/Segments';
import { Select } from '../../parts/Select';
import { Toggles } from '../../parts/Toggles';
import type { DashboardSession } from './session';
import { embedCode, shareLink, type ShareFacts } from './shareLinks';
import styles from './dialogs.module.css';

const ShareMore = lazy(async () => ({
  default: (await import('../dashboard-edit/share/ShareMore')).ShareMore,
}));

export interface ShareDialogProps {
  title: string;
  facts: ShareFacts;
  session: DashboardSession;
  onClose: () => void;
}

const THEMES = [
  { value: 'own', name: 'Theme of the reader' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
];

type Form = 'link' | 'embed' | 'snapshot' | 'export' | 'public';

/** What there is to share, by who may and whether it is saved. */
function formsOf(session: DashboardSession, panel: boolean): { value: Form; label: string }[] {
  const { meta, dashboard } = session.state;
  const isSaved = dashboard.uid !== '';
  const signedIn = session.deps.user !== null && !session.deps.user.anonymous;
  return [
    ...(isSaved ? [{ value: 'link' as const, label: 'Link' }] : []),
    ...(isSaved && panel ? [{ value: 'embed' as const, label: 'Embed' }] : []),
    ...(!panel && signedIn ? [{ value: 'snapshot' as const, label: 'Snapshot' }] : []),
    ...(panel ? [] : [{ value: 'export' as const, label: 'Export' }]),
    ...(!panel && isSaved && meta.canEdit ? [{ value: 'public' as const, label: 'Public' }] : []),
  ];
}

export function ShareDialog({ title, facts, session, onClose }: ShareDialogProps) {
  const [lockTime, setLockTime] = useState(true);
  const [theme, setTheme] = useState<'own' | 'light' | 'dark'>('own');
  const [form, setForm] = useState<Form>(facts.uid === '' ? 'export' : 'link');
  const options = { lockTime, theme: theme === 'own' ? ('' as const) : theme };
  const text = form === 'link' ? shareLink(facts, options) : embedCode(facts, options);
  return (
    <Dialog label={`Share ${title}`} width={620} onClose={onClose}>
      <div className={styles.dialog}>
        <header className={styles.head}>
          <h2 className={styles.heading}>{`Share ${title === '' ? 'the panel' : title}`}</h2>
          <IconButton aria-label="Close" onClick={onClose}>
            <IconX size={16} />
          </IconButton>
        </header>
        <Segments
          aria-label="Form"
          value={form}
          data={formsOf(session, facts.panelKey !== '')}
          onChange={setForm}
        />
        {form === 'link' || form === 'embed' ? (
          <div className={styles.section}>
            <div className={styles.tools}>
              <Toggles
                label="Options"
                items={[{ value: 'lock', name: 'The range as it is now', on: lockTime }]}
                onToggle={(_, on) => setLockTime(on)}
              />
              <Select
                label="Theme"
                hideLabel
                value={theme}
                options={THEMES}
                onChange={(value) =>
                  setTheme(value === 'light' || value === 'dark' ? value : 'own')
                }
              />
            </div>
            <pre className={styles.code} tabIndex={0}>
              {text}
            </pre>
            <div className={styles.tools}>
              <CopyButton text={text} label={form === 'link' ? 'Copy the link' : 'Copy the HTML'} />
            </div>
          </div>
        ) : (
          <Suspense fallback={null}>
            <ShareMore session={session} form={form} onClose={onClose} />
          </Suspense>
        )}
      </div>
    </Dialog>
  );
}
