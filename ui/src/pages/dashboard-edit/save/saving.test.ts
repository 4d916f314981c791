import { describe, expect, it } from 'vitest';
import { loadDashboard } from '../../../dash/model/load';
import { duplicatePanel, removePanel } from '../../../dash/model/save';
import { leavesPage } from '../leaving';
import {
  changesOf,
  fileJson,
  grouped,
  isDirty,
  placeWords,
  refusalOf,
  savedJson,
  valueWords,
  withDefaults,
} from './saving';

const load = async () =>
  (
    await loadDashboard({
      uid: 'u1',
      id: 7,
      version: 3,
      title: 'Board',
      schemaVersion: 42,
      templating: {
        list: [{ name: 'job', type: 'custom', query: 'a,b', current: { text: 'a', value: 'a' } }],
      },
      panels: [
        {
          id: 1,
          type: 'stat',
          title: 'One',
          gridPos: { x: 0, y: 0, w: 12, h: 8 },
          targets: [{ refId: 'A', expr: 'up' }],
        },
        {
          id: 2,
          gridPos: { x: 12, y: 0, w: 12, h: 8 },
          libraryPanel: { uid: 'lib', name: 'Shared' },
        },
      ],
    })
  ).dashboard;

describe('unsaved changes', () => {
  it('are none where a change was taken back', async () => {
    const saved = await load();
    const changed = { ...saved, title: 'Other' };
    expect(isDirty(saved, saved)).toBe(false);
    expect(isDirty(saved, changed)).toBe(true);
    expect(isDirty(saved, { ...changed, title: 'Board' })).toBe(false);
  });
  it('are panels that came and went', async () => {
    const saved = await load();
    expect(isDirty(saved, removePanel(saved, 1))).toBe(true);
    const twice = duplicatePanel(saved, 1);
    expect(isDirty(saved, twice)).toBe(true);
  });
  it('are lost only on another page', () => {
    const to = (path: string) => new URL(path, 'http://host/');
    expect(leavesPage('/d/a/b', to('/d/a/b?editPanel=1'), 'http://host')).toBe(false);
    expect(leavesPage('/d/a/b', to('/alerts'), 'http://host')).toBe(true);
    expect(leavesPage('/d/a/b', to('http://other/d/a/b'), 'http://host')).toBe(true);
  });
});

describe('what is saved', () => {
  it('refers to library panels, whatever was loaded into them', async () => {
    const saved = await load();
    const shown = {
      ...saved,
      panels: saved.panels.map((one) =>
        one.id === 2 ? { ...one, type: 'gauge', title: 'Own' } : one,
      ),
    };
    const panels = savedJson(shown)['panels'];
    expect(panels).toMatchObject([{ id: 1 }, { id: 2, libraryPanel: { uid: 'lib' } }]);
    expect(JSON.stringify(panels)).not.toContain('gauge');
  });
  it('goes to files without what is of this server alone', async () => {
    const json = fileJson(await load());
    expect(json['id']).toBeNull();
    expect(json['version']).toBeUndefined();
    expect(json['uid']).toBe('u1');
  });
  it('opens with what is seen now where that is wanted', async () => {
    const saved = await load();
    const now = withDefaults(saved, {
      time: { from: 'now-1h', to: 'now' },
      refresh: '10s',
      values: new Map([['job', { value: ['b'], text: ['b'] }]]),
    });
    expect(now.time).toEqual({ from: 'now-1h', to: 'now' });
    expect(now.refresh).toBe('10s');
    expect(now.variables[0]?.current.value).toEqual(['b']);
    expect(withDefaults(saved, { time: null, refresh: null, values: null })).toEqual(saved);
  });
});

describe('words', () => {
  it('gather changes by what they are of', async () => {
    const saved = await load();
    const changed = {
      ...saved,
      title: 'Other',
      panels: saved.panels.map((one) =>
        one.id === 1 ? { ...one, title: 'Uno', description: 'x' } : one,
      ),
    };
    const groups = grouped(changesOf(saved, changed));
    expect(groups.map(({ title }) => title)).toEqual(['Dashboard', 'Panel “Uno”']);
    expect(groups[1]?.changes.map(({ path }) => path)).toEqual(['Title', 'Description']);
  });
  it('say values and places', () => {
    expect(valueWords('')).toBe('nothing');
    expect(valueWords(true)).toBe('on');
    expect(valueWords(['a', 'b'])).toBe('a, b');
    expect(valueWords([{ a: 1 }])).toBe('1 entry');
    expect(placeWords({ x: 0, y: 0, w: 1, h: 1 }, { x: 0, y: 0, w: 2, h: 3 })).toBe(
      'resized to 2 × 3',
    );
    expect(placeWords({ x: 0, y: 0, w: 1, h: 1 }, { x: 1, y: 0, w: 1, h: 1 })).toBe('moved');
  });
  it('know why a save was refused', () => {
    expect(refusalOf(412, { status: 'version-mismatch' }, '')).toBe('changed');
    expect(refusalOf(412, { status: 'name-exists' }, '')).toBe('name');
    expect(refusalOf(400, {}, 'Cannot save provisioned dashboard')).toBe('provisioned');
    expect(refusalOf(403, null, 'Access denied')).toBe('other');
  });
});
