import { useId, type ComponentProps, type ReactNode } from 'react';
import styles from './TextField.module.css';

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'size'> {
  label?: string;
  /** What is wrong with the value; true where that is said elsewhere. */
  error?: string | boolean | null;
  leftSection?: ReactNode;
  rightSection?: ReactNode;
}

export function TextField(props: TextFieldProps) {
  const { label, error = null, leftSection, rightSection, className = '', ...rest } = props;
  const id = useId();
  const wrong = error !== null && error !== false;
  const words = typeof error === 'string' ? error : null;
  return (
    <div className={`${styles.field ?? ''} ${className}`}>
      {label !== undefined && (
        <label className={styles.label} htmlFor={id}>
          {label}
        </label>
      )}
      <div className={styles.box}>
        {leftSection !== undefined && <span className={styles.left}>{leftSection}</span>}
        <input
          id={id}
          type="text"
          {...rest}
          className={styles.input}
          data-left={leftSection !== undefined || undefined}
          data-right={rightSection !== undefined || undefined}
          aria-invalid={wrong || undefined}
          aria-describedby={words === null ? undefined : `${id}-error`}
        />
        {rightSection !== undefined && <span className={styles.right}>{rightSection}</span>}
      </div>
      {words !== null && (
        <p className={styles.error} id={`${id}-error`}>
          {words}
        </p>
      )}
    </div>
  );
}
