// Dashboards that this browser opened last, for the home page and the palette.

import { recall, remember } from './storage';

export interface RecentDashboard {
  readonly uid: string;
  readonly title: string;
}

const KEY = 'recent-dashboards';
const KEPT = 12;

function isRecent(value: unknown): value is RecentDashboard {
  return (
    typeof value === 'object' &&
    value !== null &&
    'uid' in value &&
    typeof value.uid === 'string' &&
    'title' in value &&
    typeof value.title === 'string'
  );
}

export function recentDashboards(): RecentDashboard[] {
  try {
    const stored: unknown = JSON.parse(recall(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isRecent) : [];
  } catch {
    return [];
  }
}

/** The newest first, each once. */
export function noteVisit(uid: string, title: string): void {
  if (uid === '') return;
  const others = recentDashboards().filter((one) => one.uid !== uid);
  remember(KEY, JSON.stringify([{ uid, title }, ...others].slice(0, KEPT)));
}
