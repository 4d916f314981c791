// A new rule from an address: `dashboardUid`, `panelId`, `title`, and `expr` once for each query.

import { emptyDraft, freeRef, newCondition, newQuery, type RuleDraft } from './draft';

export function prefill(search: string, sourceUid: string): RuleDraft {
  const params = new URLSearchParams(search);
  const draft = emptyDraft(params.get('ds') ?? sourceUid);
  const taken = new Set<string>();
  const queries = params
    .getAll('expr')
    .filter((expr) => expr.trim() !== '')
    .map((expr) => {
      const refId = freeRef(taken);
      taken.add(refId);
      return newQuery(refId, expr, params.get('ds') ?? sourceUid);
    });
  const dashboardUid = params.get('dashboardUid') ?? '';
  const panelId = params.get('panelId') ?? '';
  return {
    ...draft,
    title: params.get('title') ?? '',
    folderUid: params.get('folderUid') ?? '',
    group: params.get('group') ?? '',
    ...(queries.length === 0 ? {} : { queries, conditions: [newCondition('A')] }),
    dashboardUid,
    panelId: panelId === '0' ? '' : panelId,
  };
}
