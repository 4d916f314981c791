import { IconLayoutDashboard } from '@tabler/icons-react';
import { Link } from 'wouter';
import styles from './home.module.css';

export interface DashboardLinksProps {
  dashboards: readonly {
    readonly uid: string;
    readonly title: string;
    readonly folderTitle?: string;
  }[];
}

export function DashboardLinks({ dashboards }: DashboardLinksProps) {
  if (dashboards.length === 0) return <p className={styles.quiet}>Nothing here yet.</p>;
  return (
    <ul className={styles.links}>
      {dashboards.map(({ uid, title, folderTitle = '' }) => (
        <li key={uid}>
          <Link href={`/d/${encodeURIComponent(uid)}`} className={styles.link}>
            <IconLayoutDashboard size={16} stroke={1.7} aria-hidden />
            <span className={styles.name}>{title}</span>
            <span className={styles.aside}>{folderTitle}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
