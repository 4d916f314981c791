import styles from './Dropdown.module.css';

export interface DropdownLabelProps {
  children: string;
}

export function DropdownLabel({ children }: DropdownLabelProps) {
  return (
    <p className={styles.label} role="presentation">
      {children}
    </p>
  );
}
