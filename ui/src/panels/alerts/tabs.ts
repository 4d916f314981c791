// Pages that belong together, in the order of their use.

export const ALERT_TABS = [
  { path: '/alerts', name: 'Alerts' },
  { path: '/rules', name: 'Rules' },
  { path: '/backtest', name: 'Back-test' },
] as const;

export const NOTIFICATION_TABS = [
  { path: '/notifications', name: 'Now' },
  { path: '/notifications/log', name: 'Delivery log' },
  { path: '/notifications/why', name: 'Why' },
  { path: '/silences', name: 'Silences' },
  { path: '/routing', name: 'Routing' },
  { path: '/receivers', name: 'Receivers' },
  { path: '/dry-run', name: 'Try a configuration' },
  { path: '/alerting-status', name: 'Status' },
] as const;

/** Of alerts whose rules are made in pages. */
export const MANAGED_TABS = [
  { path: '/alerting/notifications', name: 'Contact points' },
  { path: '/alerting/routes', name: 'Policies' },
  { path: '/alerting/mute-timings', name: 'Mute timings' },
  { path: '/alerting/templates', name: 'Templates' },
  { path: '/alerting/silences', name: 'Silences' },
  { path: '/alerting/groups', name: 'Now' },
  { path: '/alerting/why', name: 'Why' },
] as const;

export const isManagedPath = (path: string): boolean => path.startsWith('/alerting/');
