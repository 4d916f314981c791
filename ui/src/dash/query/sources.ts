// Which data source a reference means. Files name it by uid, by name, by a variable, by an input of
// an export that was never filled in, or not at all; all of these find one as long as there is one.

import type { DataSourceRef } from '../model';
import { interpolate, type VariableScope } from '../variables/interpolate';

export interface DataSourceInfo {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly isDefault: boolean;
  /** "Scrape interval" of its settings; "": not set. */
  readonly timeInterval: string;
  /** It is the server that these pages come from. */
  readonly own?: boolean;
}

export interface FoundSource {
  readonly source: DataSourceInfo;
  /** "" where it is the one that was meant. */
  readonly remark: string;
}

function fallback(type: string, sources: readonly DataSourceInfo[]): DataSourceInfo | undefined {
  const preferred = sources.find((one) => one.isDefault);
  if (type === '' || preferred?.type === type) return preferred ?? sources[0];
  return sources.find((one) => one.type === type) ?? preferred ?? sources[0];
}

/** Null only where there is none at all, or none of a type that is not Prometheus. */
export function findSource(
  ref: DataSourceRef,
  sources: readonly DataSourceInfo[],
  scope: VariableScope,
): FoundSource | null {
  const known = (word: string) => sources.some((one) => one.type === word);
  // Old exports have a variable in the type as well.
  const type = ref.type.includes('$') ? '' : ref.type;
  const wanted = interpolate(ref.uid, scope).trim();
  if (wanted === '' || wanted === 'default') {
    const source = fallback(type, sources);
    return source === undefined ? null : { source, remark: '' };
  }
  const exact =
    sources.find((one) => one.uid === wanted) ?? sources.find((one) => one.name === wanted);
  if (exact !== undefined) return { source: exact, remark: '' };
  // A known type by its name, as in `datasource: prometheus`.
  const byType = known(wanted) ? fallback(wanted, sources) : undefined;
  const source = byType ?? fallback(type === '' ? 'prometheus' : type, sources);
  if (source === undefined || (type !== '' && source.type !== type)) return null;
  const remark = `The data source “${wanted}” is not here; “${source.name}” is asked instead.`;
  return { source, remark };
}
