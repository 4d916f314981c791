import { describe, expect, it } from 'vitest';
import { parseMatchers } from './matchers';
import { matchersError, reachOf } from './silenceReach';

function matchers(text: string) {
  const parsed = parseMatchers(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.matchers;
}

describe('the reach of a silence', () => {
  it('is everything when nothing bounds it or nothing is left', () => {
    expect(reachOf(matchers('a=~".+"'), 0, 0)).toBe('everything');
    expect(reachOf(matchers('a="x"'), 5, 5)).toBe('everything');
    expect(reachOf(matchers('a="x"'), 1, 1)).toBe('some');
  });
  it('is much when it takes most of many', () => {
    expect(reachOf(matchers('a="x"'), 12, 20)).toBe('much');
    expect(reachOf(matchers('a="x"'), 12, 40)).toBe('some');
    expect(reachOf(matchers('a="x"'), 4, 6)).toBe('some');
    expect(reachOf(matchers('a="x"'), 0, 6)).toBe('nothing');
  });
  it('needs a matcher that asks for something', () => {
    expect(matchersError([])).toMatch(/at least one/);
    expect(matchersError(matchers('a="", b=~".*", c!="x"'))).toMatch(/must ask/);
    expect(matchersError(matchers('a="", b="x"'))).toBeNull();
    expect(matchersError(matchers('a!=""'))).toBeNull();
  });
});
