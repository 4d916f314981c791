import { describe, expect, it } from 'vitest';
import { readPanel, writePanel } from '../../../dash/model/panel';
import { MIXED } from '../../../dash/model/sources';
import { rulesOfPanel } from './alertRules';
import { fillExpr } from './fillExpr';
import { macro, referenceName } from './macros';
import { organized, withHidden, withName, withOrder } from './organize';
import {
  addTarget,
  duplicateTarget,
  moveTarget,
  nextRefId,
  queryType,
  refIdError,
  setSource,
  withQueryType,
} from './targets';

const panel = readPanel({
  type: 'timeseries',
  datasource: { type: 'prometheus', uid: 'p' },
  targets: [
    { refId: 'A', expr: 'up' },
    { refId: 'B', expr: 'down' },
  ],
});
const names = (one: typeof panel) => one.targets.map(({ refId }) => refId);

describe('queries of a panel', () => {
  it('take the first free name', () => {
    expect(nextRefId([])).toBe('A');
    expect(nextRefId([{ refId: 'A' }, { refId: 'C' }])).toBe('B');
    const all = Array.from({ length: 26 }, (_, i) => ({ refId: String.fromCharCode(65 + i) }));
    expect(nextRefId(all)).toBe('AA');
  });
  it('are added, copied and moved', () => {
    expect(names(addTarget(panel))).toEqual(['A', 'B', 'C']);
    expect(names(duplicateTarget(panel, 'A'))).toEqual(['A', 'C', 'B']);
    expect(names(moveTarget(panel, 'B', -1))).toEqual(['B', 'A']);
    expect(moveTarget(panel, 'A', -1)).toBe(panel);
  });
  it('refuse a name that another one has', () => {
    expect(refIdError(panel, 'A', 'B')).not.toBeNull();
    expect(refIdError(panel, 'A', 'A')).toBeNull();
    expect(refIdError(panel, 'A', ' ')).not.toBeNull();
  });
  it('are written as files have them', () => {
    expect(writePanel(addTarget(panel))['targets']).toMatchObject([
      { refId: 'A' },
      { refId: 'B' },
      { refId: 'C', expr: '' },
    ]);
  });
  it('ask for a range, a moment, or both', () => {
    const [first] = panel.targets;
    if (first === undefined) throw new Error('no target');
    for (const type of ['range', 'instant', 'both'] as const) {
      expect(queryType(withQueryType(first, type))).toBe(type);
    }
  });
  it('all go with the data source of the panel, but keep theirs where it is mixed', () => {
    const other = setSource(panel, { type: 'prometheus', uid: 'q' });
    expect(other.targets.map(({ datasource }) => datasource.uid)).toEqual(['q', 'q']);
    const mixed = setSource(other, { type: 'datasource', uid: MIXED });
    expect(mixed.targets.map(({ datasource }) => datasource.uid)).toEqual(['q', 'q']);
  });
});

describe('filling in', () => {
  const fill = (reference: string) => (reference === '$job' ? 'node|web' : '1m');
  it('leads back to where it was written', () => {
    const written = 'rate(x{job=~"$job"}[$__rate_interval]) / y';
    const filled = fillExpr(written, fill);
    expect(filled.text).toBe('rate(x{job=~"node|web"}[1m]) / y');
    const at = filled.text.indexOf('y', 20);
    expect(filled.back(at)).toBe(written.lastIndexOf('y'));
    expect(filled.back(filled.text.indexOf('{'))).toBe(written.indexOf('{'));
    expect(filled.back(filled.text.indexOf('web'))).toBe(written.indexOf('$job'));
    expect(filled.back(filled.text.length)).toBe(written.length);
  });
  it('knows the macros of time', () => {
    const range = { from: 0, to: 3_600_000 };
    expect(macro(referenceName('$__interval'), 30_000, range)).toBe('30s');
    expect(macro(referenceName('${__range}'), 30_000, range)).toBe('3600s');
    expect(macro('job', 30_000, range)).toBeNull();
  });
});

describe('organize', () => {
  it('lists fields in their order, with what they are called', () => {
    const options = withName(withHidden(withOrder({}, ['b', 'a']), 'a', true), 'b', 'Bee');
    expect(organized(options, ['a', 'b', 'c'])).toEqual([
      { name: 'b', hidden: false, rename: 'Bee' },
      { name: 'a', hidden: true, rename: '' },
      { name: 'c', hidden: false, rename: '' },
    ]);
    expect(withName(options, 'b', '')['renameByName']).toEqual({});
  });
});

describe('alert rules of a panel', () => {
  const rule = (more: object) => ({
    source: 'grafana',
    uid: '',
    name: 'r',
    folder: '',
    group: '',
    state: 'firing',
    health: '',
    lastError: '',
    sentence: '',
    query: '',
    labels: {},
    annotations: {},
    alerts: [],
    paused: false,
    provenance: '',
    dashboardUid: '',
    panelId: 0,
    type: '',
    for: '',
    lastEvaluation: null,
    ...more,
  });
  it('are those that name it, and those that ask the same', () => {
    const own = { id: 4, targets: panel.targets };
    const found = rulesOfPanel(
      [
        rule({ dashboardUid: 'd', panelId: 4, name: 'named' }),
        rule({ dashboardUid: 'd', panelId: 5, name: 'other panel', query: 'up == 0' }),
        rule({ query: ' up == 0', name: 'same' }),
        rule({ query: 'x', name: 'none' }),
      ],
      'd',
      own,
    );
    expect(found.map(({ name }) => name)).toEqual(['named', 'same']);
  });
});
