import { IconFileText } from '@tabler/icons-react';
import styles from './alerting.module.css';

/** What comes from a file is changed there. */
export function FileBadge() {
  return (
    <span
      className={styles.badge}
      title="Comes from a file under provisioning/alerting: change it there, then reload"
    >
      <IconFileText size={13} aria-hidden />
      from a file
    </span>
  );
}
