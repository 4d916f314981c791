// The tree of notification policies, and edits of it: pure, by the path of indices from the root.
// What the form does not show of a policy stays as it was.

import type { Json, JsonObject } from '../../../dash/model';
import { isList, list, object, objects, text, texts } from '../../../dash/model/json';
import { matcherOf, operatorOf, parseMatchers, type Matcher } from '../../../lib/matchers';

export type Policy = JsonObject;
export type PolicyPath = readonly number[];

export const childrenOf = (policy: Policy): readonly Policy[] => objects(policy['routes']);

export function policyAt(root: Policy, path: PolicyPath): Policy | undefined {
  return path.reduce<Policy | undefined>(
    (policy, at) => (policy === undefined ? undefined : childrenOf(policy)[at]),
    root,
  );
}

function withChildren(policy: Policy, routes: readonly Policy[]): Policy {
  const rest = Object.fromEntries(Object.entries(policy).filter(([key]) => key !== 'routes'));
  return routes.length === 0 ? rest : { ...rest, routes };
}

export function editPolicy(
  root: Policy,
  path: PolicyPath,
  edit: (policy: Policy) => Policy,
): Policy {
  const [at, ...rest] = path;
  if (at === undefined) return edit(root);
  return withChildren(
    root,
    childrenOf(root).map((child, i) => (i === at ? editPolicy(child, rest, edit) : child)),
  );
}

export function addPolicy(root: Policy, parent: PolicyPath, child: Policy): Policy {
  return editPolicy(root, parent, (policy) => withChildren(policy, [...childrenOf(policy), child]));
}

export function removePolicy(root: Policy, path: PolicyPath): Policy {
  const at = path.at(-1);
  if (at === undefined) return root;
  return editPolicy(root, path.slice(0, -1), (policy) =>
    withChildren(
      policy,
      childrenOf(policy).filter((_, i) => i !== at),
    ),
  );
}

/** Among those beside it; the first that matches is asked first. */
export function movePolicy(root: Policy, path: PolicyPath, step: -1 | 1): Policy {
  const at = path.at(-1);
  if (at === undefined) return root;
  return editPolicy(root, path.slice(0, -1), (policy) => {
    const routes = [...childrenOf(policy)];
    const [moved, other] = [routes[at], routes[at + step]];
    if (moved === undefined || other === undefined) return policy;
    routes[at] = other;
    routes[at + step] = moved;
    return withChildren(policy, routes);
  });
}

/** Of all spellings that a policy may have. */
export function policyMatchers(policy: Policy): Matcher[] {
  const found: Matcher[] = [];
  for (const one of list(policy['object_matchers'])) {
    const [name, op, value] = texts(one);
    const known = (['=', '!=', '=~', '!~'] as const).find((word) => word === op);
    if (name !== undefined && known !== undefined) found.push(matcherOf(name, known, value ?? ''));
  }
  for (const one of texts(policy['matchers'])) {
    const parsed = parseMatchers(one);
    if (parsed.ok) found.push(...parsed.matchers);
  }
  for (const [key, op] of [
    ['match', '='],
    ['match_re', '=~'],
  ] as const) {
    for (const [name, value] of Object.entries(object(policy[key]))) {
      found.push(matcherOf(name, op, text(value)));
    }
  }
  return found;
}

export interface PolicyFields {
  readonly receiver: string;
  readonly groupBy: string;
  readonly groupWait: string;
  readonly groupInterval: string;
  readonly repeatInterval: string;
  readonly muteTimings: readonly string[];
  readonly activeTimings: readonly string[];
  readonly goOn: boolean;
}

export function policyFields(policy: Policy): PolicyFields {
  return {
    receiver: text(policy['receiver']),
    groupBy: texts(policy['group_by']).join(', '),
    groupWait: text(policy['group_wait']),
    groupInterval: text(policy['group_interval']),
    repeatInterval: text(policy['repeat_interval']),
    muteTimings: texts(policy['mute_time_intervals']),
    activeTimings: texts(policy['active_time_intervals']),
    goOn: policy['continue'] === true,
  };
}

const KNOWN = [
  'receiver',
  'group_by',
  'group_wait',
  'group_interval',
  'repeat_interval',
  'mute_time_intervals',
  'active_time_intervals',
  'continue',
  'matchers',
  'object_matchers',
  'match',
  'match_re',
  'provenance',
];

/** Empty fields are left out: they come from the policy above. */
export function withFields(
  policy: Policy,
  fields: PolicyFields,
  matchers: readonly Matcher[],
): Policy {
  const words = fields.groupBy.split(/[\s,]+/).filter((word) => word !== '');
  const kept = Object.fromEntries(Object.entries(policy).filter(([key]) => !KNOWN.includes(key)));
  const wanted: Record<string, Json> = {
    receiver: fields.receiver,
    object_matchers: matchers.map((one) => [one.name, operatorOf(one), one.value]),
    group_by: words,
    group_wait: fields.groupWait.trim(),
    group_interval: fields.groupInterval.trim(),
    repeat_interval: fields.repeatInterval.trim(),
    mute_time_intervals: [...fields.muteTimings],
    active_time_intervals: [...fields.activeTimings],
    continue: fields.goOn,
  };
  const there = Object.entries(wanted).filter(
    ([, value]) => value !== '' && value !== false && !(isList(value) && value.length === 0),
  );
  return { ...Object.fromEntries(there), ...kept };
}

/** How many policies name it as the one who is told. */
export function usesOf(policy: Policy, receiver: string): number {
  const own = text(policy['receiver']) === receiver ? 1 : 0;
  return childrenOf(policy).reduce((sum, child) => sum + usesOf(child, receiver), own);
}
