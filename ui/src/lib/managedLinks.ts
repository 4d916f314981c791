// The server may have two Alertmanagers: that of alertmanager.yml, and the one of managed rules.
// Pages that are the same for both have an address for each.

const MANAGED: readonly (readonly [RegExp, string])[] = [
  [/^\/silences(?=$|[/?])/, '/alerting/silences'],
  [/^\/notifications\/why(?=$|\?)/, '/alerting/why'],
  [/^\/notifications(?=$|\?)/, '/alerting/groups'],
];

/** The same page of the managed one; what both share keeps its address. */
export function managedAddress(address: string): string {
  const found = MANAGED.find(([pattern]) => pattern.test(address));
  return found === undefined ? address : address.replace(found[0], found[1]);
}
