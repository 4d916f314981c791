import { useId, type ComponentProps } from 'react';
import styles from './TextArea.module.css';

export interface TextAreaProps extends ComponentProps<'textarea'> {
  label: string;
  error?: string | null;
  /** For configurations and labels. */
  code?: boolean;
}

export function TextArea({ label, error = null, code = false, ...rest }: TextAreaProps) {
  const id = useId();
  return (
    <div>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        {...rest}
        className={styles.area}
        data-code={code || undefined}
        aria-invalid={error !== null || undefined}
        aria-describedby={error === null ? undefined : `${id}-error`}
      />
      {error !== null && (
        <p className={styles.error} id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
