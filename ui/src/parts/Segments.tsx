import { useId, type ReactNode } from 'react';
import styles from './Segments.module.css';

export interface SegmentsProps<T extends string> {
  'aria-label': string;
  data: readonly { readonly value: T; readonly label: ReactNode }[];
  value: T;
  onChange: (value: T) => void;
}

/** One of a few, all in view: radio buttons that look like one switch. */
export function Segments<T extends string>(props: SegmentsProps<T>) {
  const { data, value, onChange } = props;
  const name = useId();
  return (
    <div className={styles.segments} role="radiogroup" aria-label={props['aria-label']}>
      {data.map((one) => (
        <label key={one.value} className={styles.segment}>
          <input
            type="radio"
            className={styles.radio}
            name={name}
            checked={one.value === value}
            onChange={() => onChange(one.value)}
          />
          {one.label}
        </label>
      ))}
    </div>
  );
}
