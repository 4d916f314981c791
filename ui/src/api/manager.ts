// Which Alertmanager a page speaks of: that of alertmanager.yml, or below /alerting/ the one of
// managed rules. The address decides, so that a link says it too.

import { managedAddress } from '../lib/managedLinks';

function onManaged(): boolean {
  if (typeof window === 'undefined') return false;
  const base = new URL(document.baseURI).pathname.replace(/[^/]*$/, '');
  return window.location.pathname.startsWith(`${base}alerting/`);
}

/** A part of query keys, so that neither is shown what the other answered. */
export const managerKey = (): string => (onManaged() ? 'managed' : 'own');

/** Before a path of Alertmanager's API, behind the base path. */
export const managerPath = (): string =>
  onManaged() ? 'api/alertmanager/grafana/api/v2/' : 'api/v2/';

/** A page of notifications, of the Alertmanager that is shown. */
export const managerAddress = (address: string): string =>
  onManaged() ? managedAddress(address) : address;
