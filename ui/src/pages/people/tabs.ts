import { isServed } from '../../api/served';
import type { User } from '../../api/grafana/people';

/** The pages of Settings that this person may open. */
export function settingsTabs(user: User | undefined) {
  const admin = user?.role === 'Admin' || user?.isGrafanaAdmin === true;
  return [
    { path: '/connections/datasources', name: 'Data sources', admin: false },
    { path: '/org/users', name: 'Users', admin: true },
    { path: '/org/serviceaccounts', name: 'Service accounts', admin: true },
    { path: '/org', name: 'Organisation', admin: true },
    { path: '/profile', name: 'You', admin: false },
  ].filter((tab) => isServed(tab.path) && (admin || !tab.admin));
}
