import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { DataLink } from '../../../dash/frame';
import { Button } from '../../../parts/Button';
import { IconButton } from '../../../parts/IconButton';
import { TextField } from '../../../parts/TextField';
import { Switch } from './Switch';
import styles from './options.module.css';

export interface LinksProps {
  value: readonly DataLink[];
  /** What may stand in an address. */
  hint: string;
  onChange: (value: readonly DataLink[]) => void;
}

export function Links({ value, hint, onChange }: LinksProps) {
  const set = (at: number, change: Partial<DataLink>) =>
    onChange(value.map((one, i) => (i === at ? { ...one, ...change } : one)));
  return (
    <div className={styles.stack}>
      {value.map((link, i) => (
        <div key={i} className={styles.mapping} role="group" aria-label={`Link ${i + 1}`}>
          <div className={styles.line}>
            <TextField
              className={styles.grow ?? ''}
              aria-label="Title"
              placeholder="Title"
              value={link.title}
              onChange={(event) => set(i, { title: event.currentTarget.value })}
            />
            <IconButton
              aria-label={`Remove link ${i + 1}`}
              onClick={() => onChange(value.toSpliced(i, 1))}
            >
              <IconTrash size={15} />
            </IconButton>
          </div>
          <TextField
            aria-label="Address"
            placeholder="https://… or /d/…"
            title={hint}
            value={link.url}
            onChange={(event) => set(i, { url: event.currentTarget.value })}
          />
          <Switch
            label="Open in a new tab"
            on={link.targetBlank}
            onChange={(targetBlank) => set(i, { targetBlank })}
          />
        </div>
      ))}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...value, { title: '', url: '', targetBlank: false }])}
        >
          Add link
        </Button>
      </div>
    </div>
  );
}
