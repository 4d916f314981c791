import { IconCheck } from '@tabler/icons-react';
import styles from './Toggles.module.css';

export interface ToggleItem {
  readonly value: string;
  readonly name: string;
  readonly on: boolean;
}

export interface TogglesProps {
  label: string;
  items: readonly ToggleItem[];
  onToggle: (value: string, on: boolean) => void;
}

/** Several that are on or off, each for itself. */
export function Toggles({ label, items, onToggle }: TogglesProps) {
  return (
    <div className={styles.toggles} role="group" aria-label={label}>
      {items.map(({ value, name, on }) => (
        <label key={value} className={styles.toggle}>
          <input
            type="checkbox"
            className={styles.box}
            checked={on}
            onChange={(event) => onToggle(value, event.currentTarget.checked)}
          />
          <IconCheck size={14} aria-hidden className={styles.sign} data-on={on || undefined} />
          {name}
        </label>
      ))}
    </div>
  );
}
