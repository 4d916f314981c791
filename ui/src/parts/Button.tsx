import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';

export interface ButtonProps extends ComponentProps<'button'> {
  /** Without one it is the thing to do; `default` are all others. */
  variant?: 'filled' | 'default';
  size?: 'sm' | 'xs';
  leftSection?: ReactNode;
  rightSection?: ReactNode;
  loading?: boolean;
}

export function Button(props: ButtonProps) {
  const {
    variant = 'filled',
    size = 'sm',
    leftSection,
    rightSection,
    loading = false,
    disabled = false,
    className = '',
    children,
    type = 'button',
    ...rest
  } = props;
  return (
    <button
      {...rest}
      type={type}
      className={`${styles.button ?? ''} ${className}`}
      data-variant={variant}
      data-size={size}
      data-loading={loading || undefined}
      disabled={disabled || loading}
    >
      {leftSection !== undefined && (
        <span className={styles.section} data-side="left">
          {leftSection}
        </span>
      )}
      <span className={styles.label}>{children}</span>
      {rightSection !== undefined && <span className={styles.section}>{rightSection}</span>}
    </button>
  );
}
