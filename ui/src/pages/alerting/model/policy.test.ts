import { describe, expect, it } from 'vitest';
import { matcherOf } from '../../../lib/matchers';
import {
  addPolicy,
  childrenOf,
  editPolicy,
  movePolicy,
  policyAt,
  policyFields,
  policyMatchers,
  removePolicy,
  usesOf,
  withFields,
  type Policy,
} from './policy';

const leaf = (receiver: string) => ({ receiver });
const root = {
  receiver: 'mail',
  group_by: ['alertname'],
  routes: [{ receiver: 'a', routes: [leaf('a1'), leaf('a2')] }, leaf('b')],
};
const names = (policy: Policy | undefined): unknown[] =>
  policy === undefined ? [] : childrenOf(policy).map((one) => one['receiver']);

describe('edits of the tree', () => {
  it('change one place and leave the rest and the old tree alone', () => {
    const edited = editPolicy(root, [0, 1], (policy) => ({ ...policy, receiver: 'new' }));
    expect(policyAt(edited, [0, 1])).toEqual(leaf('new'));
    expect(policyAt(edited, [0, 0])).toEqual(leaf('a1'));
    expect(policyAt(root, [0, 1])).toEqual(leaf('a2'));
  });

  it('add, take away and move', () => {
    expect(names(policyAt(addPolicy(root, [1], leaf('c')), [1]))).toEqual(['c']);
    expect(names(removePolicy(root, [0]))).toEqual(['b']);
    expect(names(movePolicy(root, [1], -1))).toEqual(['b', 'a']);
    expect(names(policyAt(movePolicy(root, [0, 0], 1), [0]))).toEqual(['a2', 'a1']);
    expect(movePolicy(root, [0], -1)).toEqual(root);
  });

  it('never take the root away', () => {
    expect(removePolicy(root, [])).toBe(root);
  });

  it('leave no empty list behind', () => {
    expect(removePolicy(removePolicy(root, [1]), [0])).not.toHaveProperty('routes');
  });
});

describe('a policy', () => {
  it('has matchers of every spelling', () => {
    const policy = {
      object_matchers: [['severity', '=', 'page']],
      matchers: ['team=~"db|web"'],
      match: { job: 'api' },
      match_re: { env: 'prod.*' },
    };
    expect(policyMatchers(policy)).toEqual([
      matcherOf('severity', '=', 'page'),
      matcherOf('team', '=~', 'db|web'),
      matcherOf('job', '=', 'api'),
      matcherOf('env', '=~', 'prod.*'),
    ]);
  });

  it('keeps its children and what the form does not show', () => {
    const old = { ...root, match: { a: 'b' }, x_other: 1 };
    const fields = { ...policyFields(old), groupWait: '10s', groupBy: 'team, job' };
    const next = withFields(old, fields, [matcherOf('a', '!=', 'c')]);
    expect(next).toMatchObject({
      receiver: 'mail',
      group_by: ['team', 'job'],
      group_wait: '10s',
      object_matchers: [['a', '!=', 'c']],
      x_other: 1,
    });
    expect(next['routes']).toEqual(root.routes);
    expect(next).not.toHaveProperty('match');
    expect(next).not.toHaveProperty('continue');
  });

  it('counts who is told where', () => {
    expect(usesOf(root, 'a1')).toBe(1);
    expect(usesOf(root, 'nobody')).toBe(0);
  });
});
