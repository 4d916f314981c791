import type { ComponentProps } from 'react';
import styles from './IconButton.module.css';

export interface IconButtonProps extends ComponentProps<'button'> {
  'aria-label': string;
  variant?: 'subtle' | 'default';
  size?: 36 | 32 | 28 | 22;
}

export function IconButton(props: IconButtonProps) {
  const { variant = 'subtle', size = 28, className = '', ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={`${styles.button ?? ''} ${className}`}
      data-variant={variant}
      data-size={size}
    />
  );
}
