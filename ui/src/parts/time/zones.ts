// Time zones to choose from, and how one is named beside a time.

import { ianaZone, zoneOffset } from '../../dash/zone';

export function offsetWords(ms: number, zone: string): string {
  const minutes = zoneOffset(ms, zone);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const clock = `${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
  return `UTC${minutes < 0 ? '−' : '+'}${clock}`;
}

function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** "Europe/Berlin, UTC+01:00"; the person's own is said to be that. */
export function zoneWords(ms: number, zone: string): string {
  const name = ianaZone(zone);
  const offset = offsetWords(ms, zone);
  if (name === 'UTC') return 'UTC';
  const place = name ?? ownZone();
  return place === offset ? place : `${place}, ${offset}`;
}

/** "browser" and "utc" first, then all that Intl knows. */
export function allZones(): readonly string[] {
  return ['browser', 'utc', ...Intl.supportedValuesOf('timeZone').filter((one) => one !== 'UTC')];
}

export function zoneTitle(zone: string): string {
  if (zone === 'browser' || zone === '') return 'Browser time';
  return zone.toLowerCase() === 'utc' ? 'Coordinated Universal Time' : zone.replaceAll('_', ' ');
}
