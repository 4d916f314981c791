import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { CopyButton } from '../../parts/CopyButton';
import { Dialog } from '../../parts/Dialog';
import { IconButton } from '../../parts/IconButton';
import { Segments } from '../../parts/Segments';
import { Select } from '../../parts/Select';
import { Toggles } from '../../parts/Toggles';
import { embedCode, shareLink, type ShareFacts } from './shareLinks';
import styles from './dialogs.module.css';

export interface ShareDialogProps {
  title: string;
  facts: ShareFacts;
  onClose: () => void;
}

const THEMES = [
  { value: 'own', name: 'Theme of the reader' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
];

export function ShareDialog({ title, facts, onClose }: ShareDialogProps) {
  const [lockTime, setLockTime] = useState(true);
  const [theme, setTheme] = useState<'own' | 'light' | 'dark'>('own');
  const [form, setForm] = useState<'link' | 'embed'>('link');
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
        <div className={styles.section}>
          <div className={styles.tools}>
            {facts.panelKey !== '' && (
              <Segments
                aria-label="Form"
                value={form}
                data={[
                  { value: 'link', label: 'Link' },
                  { value: 'embed', label: 'Embed' },
                ]}
                onChange={setForm}
              />
            )}
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
              onChange={(value) => setTheme(value === 'light' || value === 'dark' ? value : 'own')}
            />
          </div>
          <pre className={styles.code} tabIndex={0}>
            {text}
          </pre>
          <div className={styles.tools}>
            <CopyButton text={text} label={form === 'link' ? 'Copy the link' : 'Copy the HTML'} />
          </div>
        </div>
      </div>
    </Dialog>
  );
}
