import { Card } from '../../parts/Card';
import page from '../../parts/page.module.css';
import { useUser } from '../../parts/session';
import { TabLinks } from '../../parts/TabLinks';
import { PreferencesForm } from './PreferencesForm';
import { settingsTabs } from './tabs';
import styles from './people.module.css';

/** What holds for everybody who chose nothing else. */
export function OrgPage() {
  return (
    <div className={page.page}>
      <TabLinks tabs={settingsTabs(useUser())} />
      <div className={styles.columns}>
        <Card title="Preferences of everybody">
          <PreferencesForm whose="org" />
        </Card>
      </div>
    </div>
  );
}
