export const ROLES = [
  { value: 'Viewer', name: 'Viewer' },
  { value: 'Editor', name: 'Editor' },
  { value: 'Admin', name: 'Admin' },
] as const;

/** Lifetimes of tokens, in seconds. */
export const LIFETIMES = [
  { value: '0', name: 'for ever' },
  { value: '86400', name: 'a day' },
  { value: '2592000', name: '30 days' },
  { value: '31536000', name: 'a year' },
] as const;
