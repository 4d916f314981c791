import styles from './options.module.css';

export interface SwitchProps {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  hint?: string;
}

/** On or off, at once. */
export function Switch({ label, on, onChange, hint }: SwitchProps) {
  return (
    <label className={styles.switch} title={hint}>
      <span className={styles.switchName}>{label}</span>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span className={styles.switchTrack} aria-hidden />
    </label>
  );
}
