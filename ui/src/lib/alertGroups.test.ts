import { describe, expect, it } from 'vitest';
import { groupId, groupNames, regroup } from './alertGroups';

const a = { fingerprint: 'a', labels: { team: 'db', host: '1' } };
const b = { fingerprint: 'b', labels: { team: 'db', host: '2' } };
const c = { fingerprint: 'c', labels: { host: '1' } };
const groups = [
  { labels: {}, receiver: 'x', alerts: [a, b] },
  { labels: {}, receiver: 'y', alerts: [b, c] },
];

describe('groups of alerts', () => {
  it('regroup by labels, each alert once', () => {
    const by = regroup(groups, ['team']);
    expect(by.map(({ labels }) => labels)).toEqual([{ team: 'db' }, {}]);
    expect(by[0]?.alerts).toEqual([a, b]);
    expect(by[1]?.alerts).toEqual([c]);
    expect(regroup(groups, groupNames(' team ,host,')).length).toBe(3);
  });
  it('know themselves by receiver and labels in any order', () => {
    expect(groupId('r', { a: '1', b: '2' })).toBe(groupId('r', { b: '2', a: '1' }));
    expect(groupId('r', { a: '1' })).not.toBe(groupId('s', { a: '1' }));
  });
});
