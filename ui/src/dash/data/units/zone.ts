// A zone's clock for columns of dates. Offsets are kept for the quarter of an hour they hold for:
// zones change at quarters only, and tables show moments of the same few hours.

import { ianaZone, zoneOffset as askOffset } from '../../zone';

const QUARTER = 900_000;
const KEPT = 10_000;

const offsets = new Map<string, Map<number, number>>();

/** Milliseconds that the zone's clock is ahead of UTC. */
export function zoneOffset(time: number, zone: string): number {
  if (zone === 'utc' || zone === 'UTC') return 0;
  let known = offsets.get(zone);
  if (known === undefined) offsets.set(zone, (known = new Map<number, number>()));
  const quarter = Math.floor(time / QUARTER);
  const offset = known.get(quarter);
  if (offset !== undefined) return offset;
  if (known.size >= KEPT) known.clear();
  const asked = askOffset(quarter * QUARTER, zone) * 60_000;
  known.set(quarter, asked);
  return asked;
}

/** For Intl's own formats: undefined is the person's own zone. */
export const intlZone = (zone: string): string | undefined => ianaZone(zone);
