// Folders and dashboards as a tree, in the order of their titles.

import type { SearchHit } from '../../api/grafana/dashboards';

export interface FolderNode {
  readonly uid: string;
  readonly title: string;
  readonly folders: readonly FolderNode[];
  readonly dashboards: readonly SearchHit[];
}

const byTitle = (a: { readonly title: string }, b: { readonly title: string }) =>
  a.title.localeCompare(b.title);

/** The top folder (uid "") with everything below it. What lies in an unknown folder is at the top. */
export function buildTree(hits: readonly SearchHit[]): FolderNode {
  const folders = hits.filter(({ type }) => type === 'dash-folder');
  const known = new Set(folders.map(({ uid }) => uid));
  const placeOf = ({ folderUid }: SearchHit) => (known.has(folderUid) ? folderUid : '');
  const seen = new Set<string>();
  const build = (uid: string, title: string): FolderNode => {
    seen.add(uid);
    return {
      uid,
      title,
      folders: folders
        .filter((one) => placeOf(one) === uid && !seen.has(one.uid))
        .sort(byTitle)
        .map((one) => build(one.uid, one.title)),
      dashboards: hits
        .filter((one) => one.type !== 'dash-folder' && placeOf(one) === uid)
        .sort(byTitle),
    };
  };
  return build('', 'Dashboards');
}

export function findFolder(node: FolderNode, uid: string): FolderNode | null {
  if (node.uid === uid) return node;
  for (const child of node.folders) {
    const found = findFolder(child, uid);
    if (found !== null) return found;
  }
  return null;
}

/** How many dashboards lie in it and below. */
export function countDashboards(node: FolderNode): number {
  return node.folders.reduce((sum, child) => sum + countDashboards(child), node.dashboards.length);
}

/** Every folder as a path, for pickers; the top one first. */
export function folderPaths(node: FolderNode, prefix = ''): { uid: string; path: string }[] {
  const path = node.uid === '' ? '' : prefix === '' ? node.title : `${prefix} / ${node.title}`;
  return [{ uid: node.uid, path }, ...node.folders.flatMap((child) => folderPaths(child, path))];
}

/** All words of the text occur in the title, a tag or the folder's title. */
export function matchesText(hit: SearchHit, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const within = [hit.title, hit.folderTitle, ...hit.tags].join('\n').toLowerCase();
  return words.every((word) => within.includes(word));
}
