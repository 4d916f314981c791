// Addresses to give to others: with the range as it is now, or as it is written.

import type { TimeRangeMs } from '../../dash/frame';
import type { RawRange } from '../../dash/time';
import { panelInAddress } from './address';

export interface ShareFacts {
  /** "http://host/prefix/". */
  readonly base: string;
  readonly uid: string;
  readonly slug: string;
  /** Of the page that is open. */
  readonly search: string;
  readonly raw: RawRange;
  readonly range: TimeRangeMs;
  /** "": the whole dashboard. */
  readonly panelKey: string;
  readonly variables: URLSearchParams;
}

export interface ShareOptions {
  /** The moment that is seen now, not whatever "now" is for the reader. */
  readonly lockTime: boolean;
  readonly theme: '' | 'light' | 'dark';
}

function params(facts: ShareFacts, { lockTime, theme }: ShareOptions): URLSearchParams {
  const kept = new URLSearchParams(facts.search);
  const out = new URLSearchParams();
  const { raw, range } = facts;
  out.set('from', lockTime ? new Date(range.from).toISOString() : raw.from);
  out.set('to', lockTime ? new Date(range.to).toISOString() : raw.to);
  for (const name of ['timezone', 'refresh']) {
    const value = kept.get(name);
    if (value !== null) out.set(name, value);
  }
  for (const [name, value] of facts.variables) out.append(name, value);
  if (theme !== '') out.set('theme', theme);
  return out;
}

function path(start: string, { base, uid, slug }: ShareFacts): string {
  const tail = slug === '' ? '' : `/${encodeURIComponent(slug)}`;
  return `${base}${start}/${encodeURIComponent(uid)}${tail}`;
}

export function shareLink(facts: ShareFacts, options: ShareOptions): string {
  const query = params(facts, options);
  if (facts.panelKey !== '') query.set('viewPanel', panelInAddress(facts.panelKey));
  return `${path('d', facts)}?${query.toString()}`;
}

/** One panel alone, to be put into another page. */
export function soloLink(facts: ShareFacts, options: ShareOptions): string {
  const query = params(facts, options);
  query.set('panelId', panelInAddress(facts.panelKey));
  return `${path('d-solo', facts)}?${query.toString()}`;
}

export function embedCode(facts: ShareFacts, options: ShareOptions): string {
  const src = soloLink(facts, options).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${src}" width="450" height="200" frameborder="0"></iframe>`;
}
