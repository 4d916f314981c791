// The queries of a panel as a list that is edited: names, order, kind.

import type { DataSourceRef, Panel, Target } from '../../../dash/model';
import { readTarget } from '../../../dash/model/panel';
import { isDefault, MIXED } from '../../../dash/model/sources';
import type { DataSourceInfo } from '../../../dash/query/sources';

/** A, B, …, Z, AA, …: the first that is free. */
export function nextRefId(targets: readonly Pick<Target, 'refId'>[]): string {
  const used = new Set(targets.map(({ refId }) => refId));
  for (let n = 0; ; n++) {
    let name = '';
    for (let rest = n; rest >= 0; rest = Math.floor(rest / 26) - 1) {
      name = String.fromCharCode(65 + (rest % 26)) + name;
    }
    if (!used.has(name)) return name;
  }
}

export function newTarget(targets: readonly Target[], datasource: DataSourceRef): Target {
  return { ...readTarget({}, undefined), refId: nextRefId(targets), datasource, range: true };
}

export function addTarget(panel: Panel): Panel {
  const { datasource, targets } = panel;
  const mixed = datasource.uid === MIXED;
  const own = mixed ? (targets.at(-1)?.datasource ?? { type: '', uid: '' }) : datasource;
  return { ...panel, targets: [...targets, newTarget(targets, own)] };
}

export function setTarget(panel: Panel, refId: string, target: Target): Panel {
  const targets = panel.targets.map((one) => (one.refId === refId ? target : one));
  return { ...panel, targets };
}

export function duplicateTarget(panel: Panel, refId: string): Panel {
  const at = panel.targets.findIndex((one) => one.refId === refId);
  const original = panel.targets[at];
  if (original === undefined) return panel;
  const copy = { ...original, refId: nextRefId(panel.targets) };
  return { ...panel, targets: panel.targets.toSpliced(at + 1, 0, copy) };
}

export function removeTarget(panel: Panel, refId: string): Panel {
  return { ...panel, targets: panel.targets.filter((one) => one.refId !== refId) };
}

export function moveTarget(panel: Panel, refId: string, by: -1 | 1): Panel {
  const at = panel.targets.findIndex((one) => one.refId === refId);
  const target = panel.targets[at];
  const to = at + by;
  if (target === undefined || to < 0 || to >= panel.targets.length) return panel;
  return { ...panel, targets: panel.targets.toSpliced(at, 1).toSpliced(to, 0, target) };
}

/** Null: the name may be used; else why not. */
export function refIdError(panel: Panel, refId: string, wanted: string): string | null {
  if (wanted.trim() === '') return 'A query needs a name';
  if (!/^[\w ]+$/.test(wanted)) return 'Letters, digits, spaces and _ only';
  const taken = panel.targets.some((one) => one.refId === wanted && one.refId !== refId);
  return taken ? `There is a query ${wanted} already` : null;
}

export type QueryType = 'range' | 'instant' | 'both';

export function queryType({ instant, range }: Target): QueryType {
  return instant && range ? 'both' : instant ? 'instant' : 'range';
}

export function withQueryType(target: Target, type: QueryType): Target {
  return { ...target, instant: type !== 'range', range: type !== 'instant' };
}

export function refOf(source: DataSourceInfo): DataSourceRef {
  return { type: source.type, uid: source.uid };
}

/** One for the whole panel: its queries are asked there, save expressions. Mixed leaves them. */
export function setSource(panel: Panel, source: DataSourceRef): Panel {
  if (source.uid === MIXED) {
    const before = panel.datasource;
    const targets = panel.targets.map((one) =>
      isDefault(one.datasource) ? { ...one, datasource: before } : one,
    );
    return { ...panel, datasource: source, targets };
  }
  const targets = panel.targets.map((one) =>
    one.datasource.uid === '__expr__' ? one : { ...one, datasource: source },
  );
  return { ...panel, datasource: source, targets };
}
