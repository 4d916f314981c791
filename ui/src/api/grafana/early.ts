// What the page of a dashboard asks first, asked before its script is here. Each answer is given to
// the first who asks for the same; whoever comes later asks anew.

import { basePath } from '../client';

const asked = new Map<string, Promise<Response>>();

export const JSON_HEADERS = { Accept: 'application/json' } as const;

/** The dashboard's uid in an address below the base path; null: none. */
export function dashboardIn(path: string): string | null {
  const found = /^d(?:-solo)?\/([^/?#]+)/.exec(path)?.[1];
  if (found === undefined) return null;
  try {
    return decodeURIComponent(found);
  } catch {
    return null;
  }
}

export function askEarly(paths: readonly string[]): void {
  for (const path of paths) {
    const answer = fetch(basePath() + path, { headers: JSON_HEADERS });
    // Who takes it sees the failure.
    answer.catch(() => undefined);
    asked.set(path, answer);
  }
}

export function takeEarly(path: string): Promise<Response> | undefined {
  const answer = asked.get(path);
  asked.delete(path);
  return answer;
}

/** Not the preferences: an anonymous visitor has none, and asking for them is an error. */
export function askForDashboard(uid: string): void {
  const stored = `api/dashboards/uid/${encodeURIComponent(uid)}`;
  askEarly(['api/user', 'api/frontend/settings', stored]);
}
