// Matchers of alerts as text: `alertname="Down", team=~"db|web"`. The grammar is Alertmanager's: names and
// values bare or quoted, braces around all of it or none.

import { quote, type Labels } from './labels';

export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

export type MatcherOp = '=' | '!=' | '=~' | '!~';

export type ParsedMatchers =
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  | { readonly ok: false; readonly error: string; readonly at: number };

const RESERVED = /[\s{}!=~,\\"'`]/u;
const OPS: readonly MatcherOp[] = ['=~', '!~', '!=', '='];
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '"': '"',
  '\\': '\\',
};

export function operatorOf(matcher: Matcher): MatcherOp {
  if (matcher.isRegex) return matcher.isEqual ? '=~' : '!~';
  return matcher.isEqual ? '=' : '!=';
}

export function matcherOf(name: string, op: MatcherOp, value: string): Matcher {
  return { name, value, isRegex: op.endsWith('~'), isEqual: op.startsWith('=') };
}

export function printMatcher(matcher: Matcher): string {
  const { name, value } = matcher;
  const printed = name === '' || RESERVED.test(name) ? quote(name) : name;
  return `${printed}${operatorOf(matcher)}${quote(value)}`;
}

export function printMatchers(matchers: readonly Matcher[]): string {
  return matchers.map(printMatcher).join(', ');
}

/** Exactly these labels, each as an equality. */
export function matchersOf(labels: Labels): Matcher[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => matcherOf(name, '=', value));
}

class Reader {
  at = 0;
  constructor(readonly text: string) {}

  skip(): void {
    while (/\s/u.test(this.text[this.at] ?? '')) this.at++;
  }
  take(word: string): boolean {
    this.skip();
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }
  done(): boolean {
    this.skip();
    return this.at >= this.text.length;
  }
}

class MatcherSyntax extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

function readWord(reader: Reader, what: string): string {
  reader.skip();
  const { text, at } = reader;
  if (text[at] === '"') return readQuoted(reader);
  let end = at;
  while (end < text.length && !RESERVED.test(text[end] ?? '')) end++;
  if (end === at) throw new MatcherSyntax(`expected ${what}`, at);
  reader.at = end;
  return text.slice(at, end);
}

function readQuoted(reader: Reader): string {
  const start = reader.at;
  let out = '';
  for (let i = start + 1; i < reader.text.length; i++) {
    const c = reader.text[i] ?? '';
    if (c === '"') {
      reader.at = i + 1;
      return out;
    }
    if (c !== '\\') {
      out += c;
      continue;
    }
    i++;
    const escaped = ESCAPES[reader.text[i] ?? ''];
    if (escaped === undefined) throw new MatcherSyntax('this escape has no meaning', i - 1);
    out += escaped;
  }
  throw new MatcherSyntax('a closing quote is missing', start);
}

function readMatcher(reader: Reader): Matcher {
  const name = readWord(reader, 'a label name');
  if (name === '') throw new MatcherSyntax('a label name cannot be empty', reader.at);
  reader.skip();
  const op = OPS.find((one) => reader.text.startsWith(one, reader.at));
  if (op === undefined) throw new MatcherSyntax("expected one of '=', '!=', '=~', '!~'", reader.at);
  reader.at += op.length;
  const from = reader.at;
  const value = readWord(reader, 'a value, such as "x" or ""');
  if (op.endsWith('~')) {
    try {
      compile(value);
    } catch {
      throw new MatcherSyntax('this is no regular expression', from);
    }
  }
  return matcherOf(name, op, value);
}

export function parseMatchers(text: string): ParsedMatchers {
  const reader = new Reader(text);
  const matchers: Matcher[] = [];
  try {
    const braced = reader.take('{');
    while (!reader.done() && !(braced && /^\s*\}/u.test(text.slice(reader.at)))) {
      matchers.push(readMatcher(reader));
      if (!reader.take(',')) break;
    }
    if (braced && !reader.take('}'))
      throw new MatcherSyntax('a closing brace is missing', reader.at);
    if (!reader.done()) throw new MatcherSyntax('expected a comma', reader.at);
  } catch (error) {
    if (error instanceof MatcherSyntax) return { ok: false, error: error.message, at: error.at };
    throw error;
  }
  return { ok: true, matchers };
}

/** Alertmanager's regular expressions match whole values. */
function compile(pattern: string): RegExp {
  const flags = /^\(\?([is]+)\)/.exec(pattern);
  const body = flags === null ? pattern : pattern.slice(flags[0].length);
  const named = body.replace(/\(\?P</g, '(?<');
  const whole = `^(?:${named})$`;
  const given = flags?.[1] ?? '';
  try {
    return new RegExp(whole, `u${given}`);
  } catch {
    // Escapes such as `\\-` are fine in Go and, without `u`, here.
    return new RegExp(whole, given);
  }
}

export function matchesLabels(matcher: Matcher, labels: Labels): boolean {
  const value = labels[matcher.name] ?? '';
  if (!matcher.isRegex) return (value === matcher.value) === matcher.isEqual;
  try {
    return compile(matcher.value).test(value) === matcher.isEqual;
  } catch {
    return false;
  }
}

export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matchesLabels(matcher, labels));
}

/** The filter after a click on a label's chip: added, turned round, or taken away if it was there. */
export function toggleMatcher(
  matchers: readonly Matcher[],
  name: string,
  value: string,
  exclude: boolean,
): Matcher[] {
  const rest = matchers.filter((one) => one.isRegex || one.name !== name || one.value !== value);
  const had = matchers.some(
    (one) => !one.isRegex && one.name === name && one.value === value && one.isEqual === !exclude,
  );
  return had ? rest : [...rest, matcherOf(name, exclude ? '!=' : '=', value)];
}

/** Whether a matcher lets everything through, so that a silence of such alone hides all there is. */
export function isBoundless(matcher: Matcher): boolean {
  const { isRegex, isEqual, value } = matcher;
  if (isRegex) return isEqual && /^\(?(\.\*|\.\+)\)?$/.test(value);
  return !isEqual;
}

/** `{a="b"}` or `a="b",c="d"` as labels; null when it holds anything but equalities. */
export function parseLabels(text: string): Record<string, string> | null {
  const parsed = parseMatchers(text);
  if (!parsed.ok || parsed.matchers.some((one) => one.isRegex || !one.isEqual)) return null;
  return Object.fromEntries(parsed.matchers.map(({ name, value }) => [name, value]));
}
