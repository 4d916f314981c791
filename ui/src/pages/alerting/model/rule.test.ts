import { describe, expect, it } from 'vitest';
import { object, objects } from '../../../dash/model/json';
import { emptyDraft, newCondition, newQuery, type RuleDraft } from './draft';
import { draftOf, partsOf, readJoin } from './fromRule';
import { prefill } from './prefill';
import { canPreview, problemsOf } from './problems';
import { sentenceOf } from './sentence';
import { dataOf, ruleOf } from './toRule';

function down(change: Partial<RuleDraft> = {}): RuleDraft {
  return {
    ...emptyDraft('prom'),
    title: 'Down',
    folderUid: 'f',
    group: 'g',
    queries: [newQuery('A', 'up', 'prom')],
    conditions: [{ ...newCondition('A'), evaluator: 'lt', params: ['1', ''] }],
    ...change,
  };
}

/** What comes back of a saved rule. */
const again = (draft: RuleDraft): RuleDraft => draftOf(ruleOf(draft), draft.every);

describe('a rule of the form', () => {
  it('is a query, a reduction and a threshold where each series has its alert', () => {
    const { condition, data } = dataOf(down());
    const models = objects(data).map((one) => object(one['model']));
    expect(condition).toBe('C');
    expect(models[0]).toMatchObject({ expr: 'up', instant: true, range: false });
    expect(models[1]).toMatchObject({ type: 'reduce', expression: 'A', reducer: 'last' });
    expect(models[2]).toMatchObject({
      type: 'threshold',
      expression: 'B',
      conditions: [{ evaluator: { type: 'lt', params: [1] } }],
    });
  });

  it('asks for a range where more than the last value counts', () => {
    const one = { ...newCondition('A'), reducer: 'avg', params: ['5', ''] } as const;
    const draft = down({
      conditions: [one],
      queries: [{ ...newQuery('A', 'x', 'p'), window: '30m' }],
    });
    const [query, reduce] = objects(dataOf(draft).data);
    expect(query).toMatchObject({ relativeTimeRange: { from: 1800, to: 0 } });
    expect(query?.['model']).toMatchObject({ range: true, instant: false });
    expect(reduce?.['model']).toMatchObject({ reducer: 'mean' });
  });

  it('is one classic condition where all series have one alert', () => {
    const { condition, data } = dataOf(down({ shape: 'all' }));
    expect(condition).toBe('B');
    expect(objects(data)[1]?.['model']).toMatchObject({
      type: 'classic_conditions',
      conditions: [
        {
          evaluator: { type: 'lt', params: [1] },
          operator: { type: 'and' },
          query: { params: ['A', '10m', 'now'] },
          reducer: { type: 'last' },
        },
      ],
    });
  });

  it.each(['each', 'all'] as const)('comes back the same (%s)', (shape) => {
    const draft = down({
      shape,
      queries: [newQuery('A', 'up', 'prom'), newQuery('B', 'rate(x[5m])', 'other')],
      conditions: [
        { ...newCondition('A'), reducer: 'max', evaluator: 'lt', params: ['1', ''] },
        { ...newCondition('B'), join: 'or', evaluator: 'within_range', params: ['2', '3'] },
        { ...newCondition('A'), join: 'and', evaluator: 'gt', params: ['0.5', ''] },
      ],
    });
    const back = again(draft);
    expect(back.shape).toBe(shape);
    expect(back.queries.map(({ refId, expr, sourceUid }) => [refId, expr, sourceUid])).toEqual([
      ['A', 'up', 'prom'],
      ['B', 'rate(x[5m])', 'other'],
    ]);
    expect(sentenceOf({ ...draft, ...back, conditions: draft.conditions })).toBe(sentenceOf(draft));
    expect(
      back.conditions.map(({ join, reducer, refId, evaluator, params }) => [
        join,
        reducer,
        refId,
        evaluator,
        ...params,
      ]),
    ).toEqual([
      ['and', 'max', 'A', 'lt', '1', ''],
      ['or', 'last', 'B', 'within_range', '2', '3'],
      ['and', 'last', 'A', 'gt', '0.5', ''],
    ]);
  });

  it('keeps the names of its steps, which annotations may speak of', () => {
    const saved = draftOf(ruleOf(down()), '1m');
    const more = { ...saved, conditions: [...saved.conditions, newCondition('A')] };
    const refs = objects(dataOf(more).data).map((one) => one['refId']);
    expect(refs).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
    expect(dataOf(more).condition).toBe('F');
  });

  it('keeps what the form does not show', () => {
    const rule = ruleOf(down());
    const data = objects(rule['data']).map((one) =>
      one['refId'] === 'A'
        ? { ...one, model: { ...object(one['model']), legendFormat: '{{job}}' } }
        : one.refId === 'C'
          ? {
              ...one,
              model: {
                type: 'threshold',
                expression: 'B',
                conditions: [
                  {
                    evaluator: { type: 'gt', params: [5] },
                    unloadEvaluator: { type: 'lt', params: [3] },
                  },
                ],
              },
            }
          : one,
    );
    const back = objects(dataOf(draftOf({ ...rule, data }, '1m')).data);
    expect(back[0]?.['model']).toMatchObject({ legendFormat: '{{job}}' });
    expect(object(back[2]?.['model'])['conditions']).toEqual([
      {
        evaluator: { type: 'gt', params: [5] },
        unloadEvaluator: { type: 'lt', params: [3] },
      },
    ]);
  });
});

describe('a stored rule', () => {
  const query = {
    refId: 'A',
    datasourceUid: 'p',
    relativeTimeRange: { from: 600, to: 0 },
    model: { expr: 'up' },
  };
  const step = (refId: string, model: Record<string, string>) => ({
    refId,
    datasourceUid: '__expr__',
    model,
  });

  it('that the form cannot show is JSON', () => {
    const data = [query, step('B', { type: 'math', expression: '$A * 2 > 1' })];
    expect(partsOf(data, 'B')).toBeNull();
    expect(draftOf({ title: 'x', condition: 'B', data }, '1m').shape).toBe('json');
  });

  it('with a step that nothing reads is JSON, so that it is not lost', () => {
    const { data, condition } = dataOf(down());
    const more = [...objects(data), step('Z', { type: 'math', expression: '$A' })];
    expect(partsOf(more, condition)).toBeNull();
  });

  it('may compare a query without a reduction', () => {
    const threshold = {
      refId: 'C',
      datasourceUid: '__expr__',
      model: {
        type: 'threshold',
        expression: 'A',
        conditions: [{ evaluator: { type: 'gt', params: [2] } }],
      },
    };
    expect(partsOf([query, threshold], 'C')?.conditions[0]).toMatchObject({
      reducer: 'last',
      refId: 'A',
      thresholdRef: 'C',
    });
  });

  it('joins from the left', () => {
    expect(readJoin('($B && $C) || $D')).toEqual([
      { ref: 'B', join: 'and' },
      { ref: 'C', join: 'and' },
      { ref: 'D', join: 'or' },
    ]);
    expect(readJoin('$B && ($C || $D)')).toBeNull();
    expect(readJoin('$B > 1 && $C')).toBeNull();
  });
});

describe('the sentence', () => {
  it('reads as people know it', () => {
    expect(sentenceOf(down())).toBe('WHEN last() OF query(A) IS BELOW 1');
    const many = down({
      shape: 'all',
      conditions: [
        { ...newCondition('A'), evaluator: 'no_value' },
        { ...newCondition('A'), join: 'or', evaluator: 'outside_range', params: ['1', '2'] },
      ],
    });
    expect(sentenceOf(many)).toBe(
      'WHEN last() OF query(A) HAS NO VALUE OR last() OF query(A) IS OUTSIDE RANGE 1 TO 2',
    );
  });
});

describe('what is wrong', () => {
  it('stands beside its field', () => {
    expect(problemsOf(down())).toEqual({});
    const [condition] = down().conditions;
    const bad = down({
      title: ' ',
      every: '15s',
      queries: [newQuery('A', '', 'p')],
      conditions: condition === undefined ? [] : [{ ...condition, params: ['x', ''] }],
    });
    expect(problemsOf(bad)).toEqual({
      title: 'A name is needed',
      every: 'Tens of seconds: 10s, 30s, 1m …',
      'query.A': 'An expression is needed',
      [`condition.${condition?.key ?? 0}`]: 'A number',
    });
    expect(canPreview(bad)).toBe(false);
    expect(canPreview(down({ title: '', folderUid: '' }))).toBe(true);
  });

  it('is what one alert for each series cannot say', () => {
    const diff = down({
      conditions: [{ ...newCondition('A'), reducer: 'diff', params: ['1', ''] }],
    });
    expect(Object.values(problemsOf(diff))).toEqual([
      'diff() is there only for one alert for all series',
    ]);
    expect(problemsOf({ ...diff, shape: 'all' })).toEqual({});
  });

  it('is JSON that is none', () => {
    expect(problemsOf(down({ shape: 'json', json: '{}', jsonCondition: '' }))).toEqual({
      json: 'This must be a list of queries: [ … ]',
      jsonCondition: 'Which of them decides?',
    });
  });
});

describe('a new rule of a panel', () => {
  it('has the panel’s queries and the way back to it', () => {
    const draft = prefill('dashboardUid=d1&panelId=4&expr=up&expr=rate(x[5m])&title=CPU', 'prom');
    expect(draft.queries.map(({ refId, expr }) => [refId, expr])).toEqual([
      ['A', 'up'],
      ['B', 'rate(x[5m])'],
    ]);
    expect(draft).toMatchObject({ title: 'CPU', dashboardUid: 'd1', panelId: '4' });
    expect(ruleOf(draft)['annotations']).toEqual({ __dashboardUid__: 'd1', __panelId__: '4' });
  });

  it('starts empty without one', () => {
    expect(prefill('', 'prom').queries).toEqual([newQuery('A', '', 'prom')]);
  });
});
