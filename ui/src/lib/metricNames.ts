// What can be read off an expression without parsing it: the metrics it names, and the unit of
// what comes out where that is beyond doubt. The server does the parsing.

import type { Unit } from './units';

const KEYWORDS = new Set(
  (
    'and or unless by without on ignoring group_left group_right bool offset inf nan start end ' +
    'atan2 sum avg min max count group stddev stdvar topk bottomk count_values quantile limitk ' +
    'limit_ratio'
  ).split(' '),
);

/** The expression without comments, strings, label braces, ranges and grouping lists. */
function skeleton(expr: string): string {
  return expr
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""')
    .replace(/#[^\n]*/g, ' ')
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/gi, ' ');
}

export function metricNames(expr: string): string[] {
  const names = new Set<string>();
  for (const match of skeleton(expr).matchAll(/(?<![\w:.])[a-zA-Z_:][\w:]*/g)) {
    const name = match[0];
    const after = skeleton(expr)
      .slice(match.index + name.length)
      .trimStart();
    if (!after.startsWith('(') && !KEYWORDS.has(name.toLowerCase())) names.add(name);
  }
  return [...names];
}

const COUNTING =
  /\b(count|group|count_values|quantile_over_time|absent|absent_over_time|changes|resets|count_over_time|present_over_time|timestamp|stdvar|stdvar_over_time|histogram_count|day_of_\w+|days_in_month|hour|minute|month|year|sgn|ln|log2|log10|exp|sqrt|deriv|predict_linear|bool)\b/i;
const RATES = /\b(rate|irate)\s*\(/i;
const BUCKET_QUANTILE = /\bhistogram_quantile\s*\(/i;

/** The unit all metrics of the expression agree on, or none as soon as anything is in doubt. */
export function unitOf(expr: string): Unit {
  const bare = skeleton(expr);
  if (/[*/%^]|\batan2\b/.test(bare) || /[=!<>]=|[<>]/.test(bare) || COUNTING.test(bare))
    return 'none';
  const names = metricNames(expr);
  if (names.length === 0) return 'none';
  const units = new Set(names.map((name) => metricUnit(name, BUCKET_QUANTILE.test(bare))));
  const [unit = 'none'] = units;
  if (units.size !== 1) return 'none';
  if (!RATES.test(bare) || BUCKET_QUANTILE.test(bare)) return unit;
  return unit === 'bytes' ? 'bytes/s' : 'none';
}

function metricUnit(name: string, quantile: boolean): Unit {
  if (/_(timestamp|time)_seconds$/.test(name)) return 'none';
  if (/_(bucket)$/.test(name) && !quantile) return 'none';
  if (/_count$/.test(name)) return 'none';
  const base = name.replace(/_(total|sum|bucket)$/, '');
  if (base.endsWith('_bytes')) return 'bytes';
  if (base.endsWith('_seconds')) return 'seconds';
  if (base.endsWith('_hertz')) return 'hertz';
  if (base.endsWith('_celsius')) return 'celsius';
  if (base.endsWith('_volts')) return 'volts';
  return 'none';
}
