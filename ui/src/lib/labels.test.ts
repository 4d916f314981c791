import { describe, expect, it } from 'vitest';
import { formatSeries, splitCommon } from './labels';

describe('a series as text', () => {
  it('is what PromQL would select it by', () => {
    expect(formatSeries({ __name__: 'up', job: 'node', instance: 'a:1' })).toBe(
      'up{instance="a:1", job="node"}',
    );
    expect(formatSeries({ __name__: 'up' })).toBe('up');
    expect(formatSeries({})).toBe('{}');
    expect(formatSeries({ job: 'x' })).toBe('{job="x"}');
  });
  it('quotes what needs quotes', () => {
    expect(formatSeries({ __name__: 'http.requests', 'service.name': 'a"b\\c\nd' })).toBe(
      '{"http.requests", "service.name"="a\\"b\\\\c\\nd"}',
    );
  });
});

describe('what a group has in common', () => {
  it('is taken out of each', () => {
    const { common, rest } = splitCommon([
      { __name__: 'up', job: 'node', instance: 'a' },
      { __name__: 'up', job: 'node', instance: 'b' },
    ]);
    expect(common).toEqual({ __name__: 'up', job: 'node' });
    expect(rest).toEqual([{ instance: 'a' }, { instance: 'b' }]);
  });
  it('is nothing where a label is missing from one, or where there is only one', () => {
    expect(splitCommon([{ a: '1' }, {}]).common).toEqual({});
    expect(splitCommon([{ a: '1' }])).toEqual({ common: {}, rest: [{ a: '1' }] });
  });
});
