import { IconChevronDown } from '@tabler/icons-react';
import { useId } from 'react';
import styles from './Select.module.css';

export interface SelectProps {
  label: string;
  /** The name stands beside the field, or only screen readers hear it. */
  hideLabel?: boolean;
  value: string;
  onChange: (value: string) => void;
  options: readonly { readonly value: string; readonly name: string }[];
}

/** One of many: the browser's own list, which phones show their way. */
export function Select({ label, hideLabel = false, value, onChange, options }: SelectProps) {
  const id = useId();
  return (
    <div className={styles.whole}>
      <label className={hideLabel ? 'sr-only' : styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.box}>
        <select
          id={id}
          className={styles.select}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map((one) => (
            <option key={one.value} value={one.value}>
              {one.name}
            </option>
          ))}
        </select>
        <IconChevronDown size={15} aria-hidden className={styles.sign} />
      </div>
    </div>
  );
}
