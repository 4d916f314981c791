import { Link, useLocation } from 'wouter';
import { isServed } from '../../api/served';
import { TabLinks } from '../../parts/TabLinks';
import { isManagedPath, MANAGED_TABS, NOTIFICATION_TABS } from './tabs';
import styles from './ManagerTabs.module.css';

const MANAGERS = [
  { path: '/notifications', name: 'alertmanager.yml', managed: false },
  { path: '/alerting/notifications', name: 'Managed here', managed: true },
] as const;

/** The pages of one Alertmanager; and where this server has two, which of them is shown. */
export function ManagerTabs() {
  const [path] = useLocation();
  const managed = isManagedPath(path);
  const both = MANAGERS.every((one) => isServed(one.path));
  return (
    <div className={styles.whole}>
      {both && (
        <nav className={styles.managers} aria-label="Whose alerts">
          {MANAGERS.map((one) => (
            <Link
              key={one.path}
              href={one.path}
              className={styles.manager}
              aria-current={one.managed === managed ? 'true' : undefined}
              title={
                one.managed
                  ? 'Alerts of rules made in these pages: contact points and policies'
                  : 'Alerts of rule files: receivers and routes of alertmanager.yml'
              }
            >
              {one.name}
            </Link>
          ))}
        </nav>
      )}
      <TabLinks tabs={managed ? MANAGED_TABS : NOTIFICATION_TABS} />
    </div>
  );
}
