export const TARGET_TABS = [
  { path: '/targets', name: 'Scraped' },
  { path: '/service-discovery', name: 'Service discovery' },
] as const;
