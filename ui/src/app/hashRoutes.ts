import { basePath } from '../api/client';
import { translateHash } from '../lib/hashRoutes';

/** Addresses of Alertmanager's own pages become ours, before the first page is drawn and later. */
export function followHashRoutes(): void {
  const follow = (): void => {
    const to = translateHash(window.location.hash);
    if (to !== null) history.replaceState(null, '', basePath() + to.slice(1));
  };
  follow();
  window.addEventListener('hashchange', follow);
}
