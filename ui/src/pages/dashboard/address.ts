// What of a dashboard stands in its address, spelt as Grafana spells it. What we do not know stays
// where it is: an address that someone shared is never made poorer by being opened.

import type { RawRange } from '../../dash/time';
import { readTime, writeTime } from '../../parts/time/timeUrl';

export type Kiosk = 'off' | 'tv' | 'full';

export interface DashboardAddress {
  /** Null: as the dashboard says. */
  readonly range: RawRange | null;
  readonly refresh: string | null;
  readonly timezone: string | null;
  /** A panel's key: "panel-4", "panel-4-clone-1"; "": all panels. */
  readonly viewPanel: string;
  readonly editPanel: string;
  /** Which of the settings is open; "": none. */
  readonly editview: string;
  readonly inspect: string;
  readonly inspectTab: string;
  readonly kiosk: Kiosk;
  /** Of `/d-solo`. */
  readonly panelId: string;
  /** Only `var-…`. */
  readonly variables: URLSearchParams;
}

/** Addresses say "4" or "panel-4"; clones of a repeat "panel-4-clone-1". */
function panelKeyOf(text: string | null): string {
  if (text === null) return '';
  return /^\d+$/.test(text) ? `panel-${text}` : text;
}

/** The shortest form that every version reads. */
export function panelInAddress(key: string): string {
  return /^panel-(\d+)$/.exec(key)?.[1] ?? key;
}

function kioskOf(params: URLSearchParams): Kiosk {
  const kiosk = params.get('kiosk');
  if (kiosk === null || kiosk === 'false' || kiosk === '0') return 'off';
  return kiosk === 'tv' ? 'tv' : 'full';
}

export function readAddress(search: string): DashboardAddress {
  const params = new URLSearchParams(search);
  const variables = new URLSearchParams();
  for (const [name, value] of params) {
    if (name.startsWith('var-')) variables.append(name, value);
  }
  // Addresses of before version 7 say fullscreen&panelId=4, or fullscreen&edit&panelId=4.
  const old = params.has('fullscreen') ? params.get('panelId') : null;
  const oldEdit = params.has('edit') && params.get('edit') !== 'false';
  return {
    ...readTime(params),
    viewPanel: panelKeyOf(params.get('viewPanel') ?? (oldEdit ? null : old)),
    editPanel: panelKeyOf(params.get('editPanel') ?? (oldEdit ? old : null)),
    editview: params.get('editview') ?? '',
    inspect: panelKeyOf(params.get('inspect')),
    inspectTab: params.get('inspectTab') ?? '',
    kiosk: kioskOf(params),
    panelId: panelKeyOf(params.get('panelId')),
    variables,
  };
}

export interface AddressChange extends Partial<Omit<DashboardAddress, 'variables' | 'panelId'>> {
  /** Replaces every `var-…` by these. */
  readonly variables?: URLSearchParams;
}

/** Back leads to where one was before these; other changes are on the way there. */
export function isStep(change: AddressChange): boolean {
  return (
    change.range !== undefined ||
    change.viewPanel !== undefined ||
    change.editPanel !== undefined ||
    change.editview !== undefined ||
    change.inspect !== undefined ||
    change.variables !== undefined
  );
}

const KEYS: ReadonlySet<string> = new Set(['viewPanel', 'editPanel', 'inspect']);
const OLD = ['fullscreen', 'edit', 'panelId', 'tab'];

/** The query part with these changes, without a question mark. */
export function changeAddress(search: string, change: AddressChange): string {
  const params = new URLSearchParams(search);
  writeTime(params, change);
  for (const name of ['viewPanel', 'editPanel', 'editview', 'inspect', 'inspectTab'] as const) {
    const value = change[name];
    if (value === undefined) continue;
    if (params.has('fullscreen')) for (const old of OLD) params.delete(old);
    if (value === '') params.delete(name);
    else params.set(name, KEYS.has(name) ? panelInAddress(value) : value);
  }
  if (change.kiosk !== undefined) {
    if (change.kiosk === 'off') params.delete('kiosk');
    else params.set('kiosk', change.kiosk === 'tv' ? 'tv' : 'true');
  }
  if (change.variables !== undefined) {
    for (const name of [...params.keys()]) if (name.startsWith('var-')) params.delete(name);
    for (const [name, value] of change.variables) params.append(name, value);
  }
  return params.toString().replace(/([?&]|^)([^=&]+)=(?=&|$)/g, bareFlag);
}

/** Flags without a value stay bare, as people write them; an empty refresh means something. */
function bareFlag(whole: string, before: string, name: string): string {
  return name === 'kiosk' || name === 'fullscreen' || name === 'edit' ? `${before}${name}` : whole;
}

/** What a link to another dashboard takes along. */
export function carriedAlong(
  search: string,
  what: { readonly keepTime: boolean; readonly includeVars: boolean },
  range: RawRange,
  variables: URLSearchParams,
): URLSearchParams {
  const params = new URLSearchParams();
  if (what.keepTime) {
    params.set('from', range.from);
    params.set('to', range.to);
    const zone = new URLSearchParams(search).get('timezone');
    if (zone !== null) params.set('timezone', zone);
  }
  if (what.includeVars) for (const [name, value] of variables) params.append(name, value);
  return params;
}

/** Adds parameters to an address that may have some, and a fragment. */
export function withParams(url: string, params: URLSearchParams): string {
  const added = params.toString();
  if (added === '') return url;
  const hash = url.indexOf('#');
  const [start, end] = hash < 0 ? [url, ''] : [url.slice(0, hash), url.slice(hash)];
  return `${start}${start.includes('?') ? '&' : '?'}${added}${end}`;
}

/**
 * Dashboards link to each other by paths as "/d/uid": those are below our base path, wherever that
 * is. Null where the address is not one of this app.
 */
export function ownPath(url: string, base: string, origin: string): string | null {
  let path = url;
  if (/^https?:/i.test(url)) {
    if (!url.startsWith(`${origin}/`)) return null;
    path = url.slice(origin.length);
  }
  if (!path.startsWith('/') || path.startsWith('//')) return null;
  const prefix = base.replace(/\/$/, '');
  return prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}
