// How far a y axis goes, and the words at its ticks.

import uPlot from 'uplot';

export interface RangeRules {
  readonly min: number | null;
  readonly max: number | null;
  readonly softMin: number | null;
  readonly softMax: number | null;
  readonly centredZero: boolean;
  /** Bars and fills stand on zero. */
  readonly fromZero: boolean;
  /** Shares of one: always the whole. */
  readonly percent: boolean;
  readonly distribution: 'linear' | 'log' | 'symlog';
  readonly base: 2 | 10;
}

type Pair = readonly [number, number];

function ordered(low: number, high: number): Pair {
  if (low < high) return [low, high];
  if (low > high) return [high, low];
  const air = low === 0 ? 1 : Math.abs(low) * 0.5;
  return [low - air, high + air];
}

export function valueRange(rules: RangeRules, min: number | null, max: number | null): Pair {
  const { softMin, softMax } = rules;
  if (rules.distribution === 'log') return logRange(rules, min, max);
  if (min === null || max === null) {
    const low = rules.min ?? softMin ?? 0;
    const high = rules.max ?? softMax ?? (low < 1 ? 1 : low + 1);
    return ordered(low, high);
  }
  if (rules.percent)
    return ordered(rules.min ?? (min < 0 ? -1 : 0), rules.max ?? (max > 0 ? 1 : 0));
  if (rules.centredZero) {
    const far = Math.max(Math.abs(min), Math.abs(max), Math.abs(softMin ?? 0), softMax ?? 0);
    const size = far === 0 ? 1 : far * 1.05;
    return ordered(rules.min ?? -size, rules.max ?? size);
  }
  const [low, high] = uPlot.rangeNum(min, max, {
    min: {
      pad: 0.1,
      soft: softMin ?? 0,
      mode: softMin !== null || rules.fromZero ? 1 : 3,
      hard: rules.min ?? -Infinity,
    },
    max: {
      pad: 0.1,
      soft: softMax ?? 0,
      mode: softMax !== null || rules.fromZero ? 1 : 3,
      hard: rules.max ?? Infinity,
    },
  });
  return ordered(rules.min ?? low ?? 0, rules.max ?? high ?? 1);
}

function logRange(rules: RangeRules, min: number | null, max: number | null): Pair {
  const { base } = rules;
  const low =
    [rules.min ?? rules.softMin ?? min, max, 1].find((one) => one !== null && one > 0) ?? 1;
  const top = rules.max ?? Math.max(max ?? 0, rules.softMax ?? 0);
  const high = top > low ? top : low * base;
  const [from, to] = uPlot.rangeLog(low, high, base, true);
  const first = rules.min !== null && rules.min > 0 ? rules.min : (from ?? low);
  const last = rules.max !== null && rules.max > first ? rules.max : (to ?? high);
  return first < last ? [first, last] : [first, first * base];
}

/** Numbers of one axis: those of one unit with as many decimals each, and no more than they need. */
export function alignDecimals(texts: readonly string[]): readonly string[] {
  const parts = texts.map((text) =>
    /^(\D*?)([-−]?\d[\d,\u2009\u202f]*)(?:\.(\d+))?(\D*)$/.exec(text),
  );
  const needs = new Map<string, number>();
  for (const part of parts) {
    if (part === null) return texts;
    const unit = part[4] ?? '';
    const decimals = (part[3] ?? '').replace(/0+$/, '').length;
    needs.set(unit, Math.max(needs.get(unit) ?? 0, decimals));
  }
  return parts.map((part, i) => {
    if (part === null) return texts[i] ?? '';
    const [, before = '', whole = '', decimals = '', unit = ''] = part;
    const need = needs.get(unit) ?? 0;
    const zero = /^[-−]?0$/.test(whole) && !/[1-9]/.test(decimals);
    if (need === 0 || zero) return `${before}${whole}${unit}`;
    return `${before}${whole}.${decimals.slice(0, need).padEnd(need, '0')}${unit}`;
  });
}

const BINARY = Array.from({ length: 90 }, (_, i) => 2 ** (i - 20));
const SECONDS = [
  ...Array.from({ length: 10 }, (_, i) => [1, 2, 2.5, 5].map((n) => n * 10 ** (i - 10))).flat(),
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200],
  ...Array.from({ length: 6 }, (_, i) => [1, 2, 5].map((n) => n * 86_400 * 10 ** i)).flat(),
];
const WHOLE = Array.from({ length: 10 }, (_, i) => 10 ** i);
const BINARY_UNITS =
  /^(bytes|kbytes|mbytes|gbytes|tbytes|pbytes|bits|binbps|binBps|[KMGTP]i?B?its|[KMGTP]iBs|[KMGTP]ibits)$/;

/** Steps that fall on round numbers of the unit: powers of two for bytes, minutes for seconds. */
export function stepsFor(unit: string | undefined): readonly number[] | undefined {
  if (unit === undefined) return undefined;
  if (BINARY_UNITS.test(unit)) return BINARY;
  // Nothing between no and yes.
  if (unit.startsWith('bool')) return WHOLE;
  if (['s', 'dtdurations', 'dthms', 'dtdhms', 'clocks'].includes(unit)) return SECONDS;
  if (['ms', 'dtdurationms', 'clockms'].includes(unit)) return SECONDS.map((n) => n * 1000);
  return undefined;
}
