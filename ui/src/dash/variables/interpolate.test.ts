import { describe, expect, it } from 'vitest';
import {
  interpolate,
  plainValue,
  referencesIn,
  withScopedVars,
  withValues,
  type ScopeValue,
  type VariableScope,
} from './interpolate';

function value(values: string[], more: Partial<ScopeValue> = {}): ScopeValue {
  const list = more.list ?? values.length !== 1;
  return {
    values,
    texts: values.map((v) => v.toUpperCase()),
    list,
    all: false,
    allValue: null,
    ...more,
  };
}

const values = new Map<string, ScopeValue>([
  ['one', value(['a.b'])],
  ['many', value(['a.b', 'c'])],
  ['multi', value(['a.b'], { list: true })],
  ['none', value([], { list: true })],
  ['every', value(['x', 'y'], { all: true, urlValues: ['$__all'] })],
  ['anything', value(['x', 'y'], { all: true, allValue: '.+', urlValues: ['$__all'] })],
  ['nested', value(['x'], { all: true, list: true, allValue: '${one}.*' })],
  ['loop', value(['x'], { all: true, list: true, allValue: '$loop' })],
  ['quote', value(['say "hi" \\ o\'k'])],
  ['quotes', value(['say "hi"', 'a\\b'])],
  ['__from', plainValue('1767456309007')],
  ['__dashboard', plainValue('Title', 'Title', { uid: 'abc', tags: ['x', 'y'] })],
]);
const scope: VariableScope = {
  get: (name) => values.get(name),
  names: ['one', 'many', 'every', 'hidden'],
  timezone: 'utc',
};
const fill = (text: string, format?: string) => interpolate(text, scope, format);

describe('references', () => {
  it('are found in all their spellings', () => {
    expect(fill('$one ${one} [[one]]')).toBe('a.b a.b a.b');
    expect(fill('$one_x|$one.x|${one}x')).toBe('$one_x|a.b.x|a.bx');
    expect(fill('[[many:pipe]] ${many:csv}')).toBe('a.b|c a.b,c');
  });
  it('stay as written where nothing has that name', () => {
    const text = 'rate(x[$__rate_interval]) $1 ${gone:csv} [[gone]] $ ${ } $$';
    expect(fill(text)).toBe(text);
  });
  it('reach into fields by a path', () => {
    expect(fill('${__dashboard.uid} ${__dashboard.tags[1]} ${__dashboard.gone}')).toBe(
      'abc y ${__dashboard.gone}',
    );
    expect(fill('${many.text} ${one.value}')).toBe('{A.B,C} a.b');
  });
  it('are listed by name, each once', () => {
    expect(referencesIn('a{b=~"$x"} + ${x:csv} + [[y]] + ${z.f}')).toEqual(['x', 'y', 'z']);
    expect(referencesIn('nothing')).toEqual([]);
  });
});

describe('formats', () => {
  it.each([
    ['csv', 'a.b', 'a.b,c'],
    ['pipe', 'a.b', 'a.b|c'],
    ['regex', 'a\\.b', '(a\\.b|c)'],
    ['glob', 'a.b', '{a.b,c}'],
    ['json', 'a.b', '["a.b","c"]'],
    ['raw', 'a.b', 'a.b,c'],
    ['text', 'A.B', 'A.B + C'],
    ['singlequote', "'a.b'", "'a.b','c'"],
    ['doublequote', '"a.b"', '"a.b","c"'],
    ['sqlstring', "'a.b'", "'a.b','c'"],
    ['lucene', 'a.b', '("a.b" OR "c")'],
    ['percentencode', 'a.b', '%7Ba.b%2Cc%7D'],
    ['uriencode', 'a.b', '%7Ba.b,c%7D'],
    ['distributed', 'a.b', 'a.b,many=c'],
    ['join:;', 'a.b', 'a.b;c'],
    ['unheard', 'a.b', '{a.b,c}'],
  ])('%s writes one value and several', (format, one, many) => {
    expect(fill(`\${one:${format}}`)).toBe(one);
    expect(fill(`\${many:${format}}`)).toBe(many);
  });
  it('write a part of an address', () => {
    expect(fill('${one:queryparam}')).toBe('var-one=a.b');
    expect(fill('${many:queryparam}')).toBe('var-many=a.b&var-many=c');
    expect(fill('${every:queryparam}')).toBe('var-every=%24__all');
    expect(fill('${many:customqueryparam:v:x-}')).toBe('x-v=a.b&x-v=c');
    expect(fill('${__all_variables}')).toBe(
      'var-one=a.b&var-many=a.b&var-many=c&var-every=%24__all',
    );
  });
  it('escape what their language would misread', () => {
    const odd = withValues(scope, { odd: `a'b "c" <d>&*`, pair: value(["o'k", 'x(y']) });
    expect(interpolate('${odd:html}', odd)).toBe('a&#39;b &quot;c&quot; &lt;d&gt;&amp;*');
    expect(interpolate('${pair:sqlstring}', odd)).toBe("'o''k','x(y'");
    expect(interpolate('${pair:singlequote}', odd)).toBe("'o\\'k','x(y'");
    expect(interpolate('${odd:percentencode}', odd)).toBe('a%27b%20%22c%22%20%3Cd%3E%26%2A');
    expect(interpolate('${odd:lucene}', odd)).toContain('\\<d\\>\\&\\*');
  });
  it('write times', () => {
    expect(fill('${__from}')).toBe('1767456309007');
    expect(fill('${__from:date}')).toBe('2026-01-03T16:05:09.007Z');
    expect(fill('${__from:date:seconds}')).toBe('1767456309');
    expect(fill('${__from:date:YYYY-MM}')).toBe('2026-01');
  });
});

describe('in PromQL', () => {
  const prom = (text: string) => fill(text, 'promql');
  it('one value is escaped as a string', () => {
    expect(prom('a{b="$one"}')).toBe('a{b="a.b"}');
    expect(prom('a{b="$quote"}')).toBe('a{b="say \\"hi\\" \\\\ o\'k"}');
  });
  it('a variable of several is escaped as an expression within a string', () => {
    expect(prom('a{b=~"$multi"}')).toBe('a{b=~"a\\\\.b"}');
    expect(prom('a{b=~"$many"}')).toBe('a{b=~"(a\\\\.b|c)"}');
    expect(prom('a{b=~"$quotes"}')).toBe('a{b=~"(say \\"hi\\"|a\\\\\\\\b)"}');
  });
  it('All is every option, or its own value as it stands', () => {
    expect(prom('a{b=~"$every"}')).toBe('a{b=~"(x|y)"}');
    expect(prom('a{b=~"$anything"}')).toBe('a{b=~".+"}');
    expect(prom('a{b=~"$nested"}')).toBe('a{b=~"a.b.*"}');
  });
  it('a variable whose All holds itself does not go on for ever', () => {
    expect(prom('$loop')).toBe('$loop');
  });
  it('a format that is asked for wins', () => {
    expect(prom('a{b=~"${many:pipe}"}')).toBe('a{b=~"a.b|c"}');
    expect(prom('a{b=~"${anything:text}"}')).toBe('a{b=~"All"}');
  });
  it('nothing chosen is nothing', () => {
    expect(prom('a{b=~"$none"}')).toBe('a{b=~"()"}');
  });
});

describe('a repeat', () => {
  it('sets one value of a variable that stays one of several', () => {
    const panel = withScopedVars(scope, { many: { text: 'The C', value: 'c.d' } });
    expect(interpolate('a{b=~"$many"}', panel, 'promql')).toBe('a{b=~"c\\\\.d"}');
    expect(interpolate('${many:text}', panel)).toBe('The C');
    expect(interpolate('$one', panel)).toBe('a.b');
  });
});
