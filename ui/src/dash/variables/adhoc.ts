// Ad-hoc filters: matchers that are added to every selector of every query of a data source. The
// expression is parsed for it; the parser is fetched when the first filter is set.

import type { AdhocFilter } from '../model';

/** The expression with the filters in each of its selectors. */
export type FilterExpression = (expr: string, filters: readonly AdhocFilter[]) => string;

function quote(value: string): string {
  return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}

function escapeRegex(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, (c) => `\\${c}`);
}

function anyOf(value: string): string {
  return quote(value.split('|').map(escapeRegex).join('|'));
}

/** Null for filters that Prometheus has no matcher for. */
export function matcherOf({ key, operator, value }: AdhocFilter): string | null {
  const name = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key) ? key : quote(key);
  if (key === '') return null;
  switch (operator) {
    case '=':
    case '!=':
    case '=~':
    case '!~':
      return `${name}${operator}${quote(value)}`;
    case '=|':
      return `${name}=~${anyOf(value)}`;
    case '!=|':
      return `${name}!~${anyOf(value)}`;
    default:
      return null;
  }
}

/** Macros stand where a duration may; the parser sees one, of the same length. */
function withoutMacros(expr: string): string {
  return expr.replace(
    /\$\{?__\w+\}?|\$\w+|\$\{\w+\}/g,
    (macro) => `${'1'.repeat(macro.length - 1)}m`,
  );
}

export async function loadFilters(): Promise<FilterExpression> {
  const { parser } = await import('@prometheus-io/lezer-promql');
  return (expr, filters) => {
    const matchers = filters.map(matcherOf).filter((one) => one !== null);
    if (matchers.length === 0 || expr.trim() === '') return expr;
    const added = matchers.join(', ');
    const inserts: { at: number; text: string }[] = [];
    parser.parse(withoutMacros(expr)).iterate({
      enter: (node) => {
        if (node.name !== 'VectorSelector') return;
        const braces = node.node.getChild('LabelMatchers');
        if (braces === null) {
          inserts.push({ at: node.to, text: `{${added}}` });
          return;
        }
        const inside = expr.slice(braces.from + 1, braces.to - 1).trim();
        const comma = inside === '' || inside.endsWith(',') ? '' : ', ';
        inserts.push({ at: braces.to - 1, text: `${comma}${added}` });
      },
    });
    return inserts.reduceRight(
      (text, one) => text.slice(0, one.at) + one.text + text.slice(one.at),
      expr,
    );
  };
}
