import { describe, expect, it } from 'vitest';
import { errorPosition } from './errorPosition';
import {
  annotationHint,
  countHints,
  lineAndColumn,
  sentence,
  sortHints,
  speaksOfOpenEnd,
  type Hint,
  type Severity,
} from './hints';
import { diffWords } from './textDiff';
import { offsetsFromBytes } from './utf8';

const hint = (severity: Severity, from: number, to: number): Hint => ({
  severity,
  message: `${severity} at ${from}`,
  reason: '',
  place: { from, to },
  fix: null,
});

describe('places the server counts in bytes', () => {
  it('are the same in plain text, and stay inside of it', () => {
    const offset = offsetsFromBytes('rate(x)');
    expect([0, 5, 7, 99, -3].map(offset)).toEqual([0, 5, 7, 7, 0]);
  });
  it('are told in characters where letters take several bytes', () => {
    const text = 'a{b="ßü€😀"} x';
    const offset = offsetsFromBytes(text);
    const encoder = new TextEncoder();
    for (let i = 0; i <= text.length; i++) {
      // Half of a surrogate pair is no place.
      if (text.charCodeAt(i) >= 0xdc00 && text.charCodeAt(i) < 0xe000) continue;
      expect(offset(encoder.encode(text.slice(0, i)).length)).toBe(i);
    }
    expect(offset(6)).toBe(5);
  });
  it('of an error are found behind such letters, too', () => {
    expect(errorPosition('1:6: parse error: unexpected identifier "foo"', '"ü" foo')).toEqual({
      line: 1,
      column: 5,
      from: 4,
      to: 7,
    });
  });
});

describe('annotations', () => {
  it('lose the prefix and gain a place', () => {
    const expr = 'sum(\n rate(go_goroutines[5m]))';
    const text = 'PromQL info: metric might not be a counter: "go_goroutines" (2:7)';
    expect(annotationHint(text, 'info', expr)).toEqual({
      severity: 'info',
      message: 'Metric might not be a counter: "go_goroutines"',
      reason: '',
      place: { line: 2, column: 7, from: 11, to: 24 },
      fix: null,
    });
    expect(expr.slice(11, 24)).toBe('go_goroutines');
  });
  it('without a place are shown all the same', () => {
    const { message, place } = annotationHint('results truncated (limit 10)', 'warning', 'up');
    expect(message).toBe('Results truncated (limit 10)');
    expect(place).toBeNull();
  });
  it('whose place is not in the expression have none', () => {
    expect(annotationHint('odd (7:1)', 'warning', 'up').place).toBeNull();
    expect(annotationHint('odd (1:9)', 'warning', 'up').place).toBeNull();
  });
});

describe('hints', () => {
  it('are counted in words, the worst first', () => {
    const words = (hints: Hint[]) => countHints(hints).map((one) => one.words);
    expect(words([hint('info', 0, 1), hint('warning', 0, 1), hint('info', 2, 3)])).toEqual([
      '1 warning',
      '2 hints',
    ]);
    expect(words([hint('error', 0, 1)])).toEqual(['1 error']);
    expect(words([])).toEqual([]);
  });
  it('are sorted by weight, then by place', () => {
    const sorted = sortHints([hint('info', 0, 1), hint('error', 5, 6), hint('error', 2, 3)]);
    expect(sorted.map((one) => one.message)).toEqual(['error at 2', 'error at 5', 'info at 0']);
  });
  it.each([
    ['sum(', 3, 4, true],
    ['http_requests_tot', 0, 17, true],
    ['rate(x[5m]) by', 12, 14, true],
    ['rate(x[5m]) +', 12, 13, true],
    ['rate(x[5m])', 0, 11, false],
    ['rate(x[5m]) + http_req', 0, 11, false],
    ['up{job="nod"}', 0, 13, false],
  ])('about the open end of `%s`, %i to %i: %s', (expr, from, to, open) =>
    expect(speaksOfOpenEnd(hint('error', from, to), expr)).toBe(open),
  );
  it.each([
    ['the by drops the label le', 'sum by (a) (x)', 'The by drops the label le'],
    ['rate() of x, which is a gauge', 'rate(x[5m])', 'rate() of x, which is a gauge'],
    ['up is no counter', 'rate(up[5m])', 'up is no counter'],
    ['Already one', 'up', 'Already one'],
  ])('are sentences: %s', (text, expr, shown) => expect(sentence(text, expr)).toBe(shown));
  it('name their place by line and column', () => {
    expect(lineAndColumn('a\nbcd', 4)).toBe('2:3');
    expect(lineAndColumn('a', 0)).toBe('1:1');
  });
});

describe('a correction', () => {
  const show = (before: string, after: string) =>
    diffWords(before, after)
      .map(({ kind, text }) => ({ same: text, added: `[+${text}]`, removed: `[-${text}]` })[kind])
      .join('');
  it.each([
    ['rate(x[5m])', 'deriv(x[5m])', '[-rate][+deriv](x[5m])'],
    ['x_total', 'rate(x_total[5m])', '[+rate(]x_total[+[5m])]'],
    [
      'topk(3, rate(x[5m]) by (code))',
      'topk(3, sum by (code) (rate(x[5m])))',
      'topk(3, [+sum by (code) (]rate(x[5m])[- by (code]))',
    ],
    ['up', 'up', 'up'],
    ['', 'up', '[+up]'],
  ])('of %s to %s is shown word by word', (before, after, shown) => {
    expect(show(before, after)).toBe(shown);
  });
  it('always holds both expressions whole, also very long ones', () => {
    const before = Array.from({ length: 900 }, (_, i) => `a${i}`).join(' + ');
    const after = before.replace(/a(\d*7\d*)/g, 'b$1');
    const parts = diffWords(before, after);
    const without = (kind: string) =>
      parts
        .filter((part) => part.kind !== kind)
        .map((part) => part.text)
        .join('');
    expect(without('added')).toBe(before);
    expect(without('removed')).toBe(after);
  });
});
