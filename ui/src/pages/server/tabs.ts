export const SERVER_TABS = [
  { path: '/status', name: 'Status' },
  { path: '/config', name: 'Configuration' },
  { path: '/flags', name: 'Flags' },
  { path: '/tsdb-status', name: 'Storage' },
] as const;
