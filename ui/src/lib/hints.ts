// What can be said about an expression: advice of the server while it is typed, and the warnings
// and infos that came with an answer. Both point at a place in it and look alike.

import { placeAt } from './errorPosition';

export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface HintFix {
  readonly label: string;
  /** The whole expression, corrected. */
  readonly query: string;
}

export interface Hint {
  readonly severity: Severity;
  readonly message: string;
  /** Why; empty where the message says it all. */
  readonly reason: string;
  /** Offsets into the expression; null where it speaks of no place. */
  readonly place: { readonly from: number; readonly to: number } | null;
  readonly fix: HintFix | null;
}

const NAMES: Record<Severity, readonly [string, string]> = {
  error: ['error', 'errors'],
  warning: ['warning', 'warnings'],
  info: ['hint', 'hints'],
};

export interface SeverityCount {
  readonly severity: Severity;
  readonly words: string;
}

/** `1 error`, `2 warnings`: the worst first, what there is none of left out. */
export function countHints(hints: readonly Hint[]): SeverityCount[] {
  return SEVERITIES.flatMap((severity) => {
    const count = hints.filter((hint) => hint.severity === severity).length;
    const [one, many] = NAMES[severity];
    return count === 0 ? [] : [{ severity, words: `${count} ${count === 1 ? one : many}` }];
  });
}

/** The worst first, and of equals the one that stands first. */
export function sortHints(hints: readonly Hint[]): Hint[] {
  const rank = (hint: Hint) => SEVERITIES.indexOf(hint.severity);
  const start = (hint: Hint) => hint.place?.from ?? Infinity;
  return [...hints].sort((a, b) => rank(a) - rank(b) || (start(a) < start(b) ? -1 : 1));
}

/** Ends in the middle of something: a word, an opening bracket, an operator. */
const OPEN_END = /[\w:({[,=~!+\-*/%^<>@]\s*$/;

/** True for what speaks of a word that is still being typed at the end of the expression. */
export function speaksOfOpenEnd(hint: Hint, expr: string): boolean {
  const end = expr.trimEnd().length;
  return OPEN_END.test(expr) && hint.place !== null && hint.place.to >= end;
}

/**
 * The server's words as a sentence. A first word that names something of the expression, or is
 * written as code, stays as it is.
 */
export function sentence(text: string, expr: string): string {
  const first = /^[a-z]+(?=[\s,])/.exec(text)?.[0];
  if (first === undefined || new RegExp(`\\b${first}\\b`).test(expr)) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `PromQL info: metric might not be a counter, … (1:6)`: an annotation in the server's words. */
export function annotationHint(text: string, severity: 'warning' | 'info', expr: string): Hint {
  const match = /^(?:PromQL (?:warning|info): )?(.*?)(?: \((\d+):(\d+)\))?$/s.exec(text);
  const message = match?.[1] ?? text;
  const place = match?.[2] === undefined ? null : placeAt(expr, Number(match[2]), Number(match[3]));
  return {
    severity,
    message: sentence(message, expr),
    reason: '',
    place,
    fix: null,
  };
}

/** `1:6`, counted in characters from one, as editors show it. */
export function lineAndColumn(expr: string, offset: number): string {
  const before = expr.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}
