import { describe, expect, it } from 'vitest';
import {
  isBoundless,
  matcherOf,
  matchersOf,
  matchesAll,
  parseLabels,
  parseMatchers,
  printMatchers,
  toggleMatcher,
} from './matchers';

function parsed(text: string) {
  const result = parseMatchers(text);
  if (!result.ok) throw new Error(`${result.error} at ${result.at}`);
  return result.matchers;
}

describe('matchers as text', () => {
  it('reads every operator, with braces and without', () => {
    const want = [
      matcherOf('a', '=', 'x'),
      matcherOf('b', '!=', 'y'),
      matcherOf('c', '=~', 'z.*'),
      matcherOf('d', '!~', ''),
    ];
    expect(parsed('a="x",b!=y, c=~"z.*" ,d!~""')).toEqual(want);
    expect(parsed(' { a = x, b != "y", c =~ z.*, d !~ "", } ')).toEqual(want);
  });

  it('reads nothing as no matchers', () => {
    expect(parsed('')).toEqual([]);
    expect(parsed('{}')).toEqual([]);
  });

  it('prints what it reads back', () => {
    const odd = [
      matcherOf('a b', '=', 'x"y\\z\n'),
      matcherOf('ünder.dots', '=~', 'a|b'),
      matcherOf('empty', '=', ''),
    ];
    expect(printMatchers(odd)).toBe('"a b"="x\\"y\\\\z\\n", ünder.dots=~"a|b", empty=""');
    expect(parsed(printMatchers(odd))).toEqual(odd);
  });

  it('says what is wrong and where', () => {
    expect(parseMatchers('a')).toEqual({
      ok: false,
      error: "expected one of '=', '!=', '=~', '!~'",
      at: 1,
    });
    expect(parseMatchers('a=')).toMatchObject({ ok: false, at: 2 });
    expect(parseMatchers('a="x')).toMatchObject({ error: 'a closing quote is missing', at: 2 });
    expect(parseMatchers('{a="x"')).toMatchObject({ error: 'a closing brace is missing' });
    expect(parseMatchers('a="x" b="y"')).toMatchObject({ error: 'expected a comma', at: 6 });
    expect(parseMatchers('a=~"("')).toMatchObject({ error: 'this is no regular expression' });
    expect(parseMatchers('=x')).toMatchObject({ error: 'expected a label name', at: 0 });
  });
});

describe('matching', () => {
  it('anchors expressions and reads an absent label as empty', () => {
    expect(matchesAll(parsed('a=~"x"'), { a: 'xx' })).toBe(false);
    expect(matchesAll(parsed('a=~"x+"'), { a: 'xx' })).toBe(true);
    expect(matchesAll(parsed('a=~"(?i)XX"'), { a: 'xx' })).toBe(true);
    expect(matchesAll(parsed('b=""'), { a: 'xx' })).toBe(true);
    expect(matchesAll(parsed('b!=""'), { a: 'xx' })).toBe(false);
    expect(matchesAll(parsed('a!~"y|z", a="xx"'), { a: 'xx' })).toBe(true);
  });

  it('toggles the chip of a label', () => {
    const one = toggleMatcher([], 'a', 'x', false);
    expect(printMatchers(one)).toBe('a="x"');
    expect(toggleMatcher(one, 'a', 'x', false)).toEqual([]);
    expect(printMatchers(toggleMatcher(one, 'a', 'x', true))).toBe('a!="x"');
  });

  it('knows what bounds nothing', () => {
    expect(parsed('a=~".*", a=~".+", a!="x"').every(isBoundless)).toBe(true);
    expect(parsed('a="x", a=~"x.*", a!~".*"').some(isBoundless)).toBe(false);
  });

  it('reads label sets, and refuses what is none', () => {
    expect(parseLabels('{a="b", c=d}')).toEqual({ a: 'b', c: 'd' });
    expect(parseLabels('a=~"b"')).toBeNull();
    expect(parseLabels('a=')).toBeNull();
    expect(matchersOf({ b: '2', a: '1' }).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
