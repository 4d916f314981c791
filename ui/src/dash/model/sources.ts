// References to data sources, in all the ways that files spell them.

import type { DataSourceRef, Json } from '../model';
import { isObject, text } from './json';

export const MIXED = '-- Mixed --';
export const DASHBOARD = '-- Dashboard --';
export const GRAFANA = '-- Grafana --';
export const EXPRESSION = '__expr__';

export const DEFAULT_SOURCE: DataSourceRef = { type: '', uid: '' };

/** A name where old files have one: `uid` is then the name, and is found by it. */
export function sourceRef(raw: Json | undefined): DataSourceRef {
  if (typeof raw === 'string') {
    const uid = raw === 'default' ? '' : raw;
    const own = [MIXED, DASHBOARD, GRAFANA].includes(uid);
    return { type: own ? 'datasource' : uid === EXPRESSION ? EXPRESSION : '', uid };
  }
  if (!isObject(raw)) return DEFAULT_SOURCE;
  const uid = text(raw['uid']);
  return { type: text(raw['type']), uid: uid === 'default' ? '' : uid };
}

export function isDefault(ref: DataSourceRef): boolean {
  return ref.uid === '';
}

export function isMixed(ref: DataSourceRef): boolean {
  return ref.uid === MIXED;
}

export function isGrafana(ref: DataSourceRef): boolean {
  return ref.uid === GRAFANA || ref.uid === 'grafana' || (ref.uid === '' && ref.type === 'grafana');
}

export function isExpression(ref: DataSourceRef): boolean {
  return ref.uid === EXPRESSION || ref.type === EXPRESSION || ref.uid === '-100';
}

export function writeRef(ref: DataSourceRef): Json {
  if (ref.type === '' && ref.uid === '') return null;
  return ref.type === '' ? { uid: ref.uid } : { type: ref.type, uid: ref.uid };
}
