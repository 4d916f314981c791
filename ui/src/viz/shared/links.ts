// Links that come with a dashboard: somebody else wrote them, so only addresses that cannot run
// anything are followed.

import { fieldLinks, type Interpolate, type ShownLink } from '../../dash/data/dataText';
import type { ShownField, ShownFrame } from '../../dash/frame';

export type { ShownLink } from '../../dash/data/dataText';

/** The address if it is http(s), mailto or of this server; null for anything else. */
export function safeUrl(url: string): string | null {
  // Browsers drop control characters inside of a scheme: "java\tscript:".
  // eslint-disable-next-line no-control-regex
  const plain = url.replace(/[\u0000-\u001f\u007f-\u009f]+/g, '').trim();
  if (plain === '') return null;
  const scheme = /^([^/?#]*?):/.exec(plain)?.[1]?.toLowerCase().trim();
  if (scheme === undefined) return plain;
  return ['http', 'https', 'mailto'].includes(scheme) ? plain : null;
}

export interface LinkContext {
  readonly interpolate: Interpolate;
  readonly timezone: string;
}

/** The data links of a field for one of its values; row null: of the series as a whole. */
export function linksAt(
  frame: ShownFrame,
  field: ShownField,
  row: number | null,
  { interpolate, timezone }: LinkContext,
): readonly ShownLink[] {
  if ((field.config.links ?? []).length === 0) return [];
  const scope = { frame, frameIndex: 0, field, fieldName: field.displayName, timezone };
  const links = fieldLinks(row === null ? scope : { ...scope, row }, interpolate);
  return links.filter((one) => safeUrl(one.href) !== null);
}
