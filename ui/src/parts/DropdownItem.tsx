import { use, type ReactNode } from 'react';
import { DropdownContext } from './dropdownContext';
import styles from './Dropdown.module.css';

export interface DropdownItemProps {
  onClick: () => void;
  children: ReactNode;
  chosen?: boolean;
  disabled?: boolean;
  icon?: ReactNode;
  aside?: ReactNode;
  title?: string;
}

/** One thing to choose; choosing closes the dropdown. */
export function DropdownItem(props: DropdownItemProps) {
  const { onClick, children, chosen = false, disabled = false, icon, aside, title } = props;
  const { close, role } = use(DropdownContext);
  return (
    <button
      type="button"
      role={role}
      className={styles.item}
      data-item
      data-chosen={chosen || undefined}
      disabled={disabled}
      title={title}
      onClick={() => {
        close();
        onClick();
      }}
    >
      {icon}
      <span className={styles.name}>{children}</span>
      {aside !== undefined && <span className={styles.aside}>{aside}</span>}
    </button>
  );
}
