// Who looks at the pages, where the listener knows people at all: Prometheus' and Alertmanager's
// ports do not.

import { useQuery } from '@tanstack/react-query';
import { basePath } from '../api/client';
import { settled } from '../api/grafana/client';
import { fetchUser, type User } from '../api/grafana/people';
import { isServed } from '../api/served';

export const HAS_ACCOUNTS = isServed('/login');

/** undefined: not known yet, or nobody is signed in here. */
export function useUser(): User | undefined {
  const query = useQuery({
    enabled: HAS_ACCOUNTS,
    queryKey: ['user'],
    queryFn: async ({ signal }) => settled(await fetchUser(signal)),
    staleTime: 5 * 60_000,
  });
  return query.data;
}

/** Where to go after signing in: a path of this site, or its home. */
export function safeTarget(wanted: string | null): string {
  if (wanted === null || !/^\/(?![/\\])/.test(wanted) || wanted.startsWith('/login')) return '/';
  return wanted;
}

/** The sign-in page, which leads back to what is shown now. */
export function signInPath(): string {
  const { pathname, search, hash } = window.location;
  const here = `/${pathname.slice(basePath().length)}${search}${hash}`;
  return `${basePath()}login?redirectTo=${encodeURIComponent(here)}`;
}
