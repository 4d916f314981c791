import { expect, test } from 'vitest';
import type { SearchHit } from '../../api/grafana/dashboards';
import { buildTree, countDashboards, findFolder, folderPaths, matchesText } from './tree';

function hit(uid: string, title: string, more: Partial<SearchHit> = {}): SearchHit {
  return {
    uid,
    title,
    type: 'dash-db',
    url: '',
    tags: [],
    isStarred: false,
    folderUid: '',
    folderTitle: '',
    ...more,
  };
}
const folder = (uid: string, title: string, folderUid = '') =>
  hit(uid, title, { type: 'dash-folder', folderUid });

const hits = [
  folder('b', 'Beta'),
  folder('a', 'Alpha'),
  folder('c', 'Inner', 'a'),
  hit('1', 'Zeta', { folderUid: 'c' }),
  hit('2', 'Eta', { folderUid: 'a' }),
  hit('3', 'Top'),
  hit('4', 'Lost', { folderUid: 'gone' }),
];

test('folders hold what lies in them, by title', () => {
  const tree = buildTree(hits);
  expect(tree.folders.map(({ title }) => title)).toEqual(['Alpha', 'Beta']);
  expect(findFolder(tree, 'c')?.dashboards.map(({ uid }) => uid)).toEqual(['1']);
  expect(tree.dashboards.map(({ title }) => title)).toEqual(['Lost', 'Top']);
  expect(findFolder(tree, 'nowhere')).toBeNull();
});

test('a folder counts what lies deeper too', () => {
  const tree = buildTree(hits);
  expect(countDashboards(tree)).toBe(4);
  expect(tree.folders.map(countDashboards)).toEqual([2, 0]);
});

test('folders that lie in each other do not hang the page', () => {
  const tree = buildTree([folder('x', 'X', 'y'), folder('y', 'Y', 'x')]);
  expect(countDashboards(tree)).toBe(0);
});

test('pickers name folders by their path', () => {
  expect(folderPaths(buildTree(hits)).map(({ path }) => path)).toEqual([
    '',
    'Alpha',
    'Alpha / Inner',
    'Beta',
  ]);
});

test('every word of a search must occur somewhere', () => {
  const one = hit('5', 'Node exporter full', { tags: ['linux'], folderTitle: 'Hosts' });
  expect(matchesText(one, 'node linux')).toBe(true);
  expect(matchesText(one, 'hosts FULL')).toBe(true);
  expect(matchesText(one, 'node redis')).toBe(false);
});
