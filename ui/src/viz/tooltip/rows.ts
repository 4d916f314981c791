// Which rows a tooltip has, and in which order.

import type { TooltipRow } from './VizTooltip';

export interface TooltipCandidate extends TooltipRow {
  readonly numeric: number;
}

export interface TooltipChoice {
  readonly mode: 'single' | 'multi' | 'none';
  readonly sort: 'none' | 'asc' | 'desc';
  readonly hideZeros: boolean;
}

export function tooltipRows(
  candidates: readonly TooltipCandidate[],
  choice: TooltipChoice,
  room: number,
): { rows: readonly TooltipCandidate[]; more: number } {
  const wanted = candidates.filter(
    (one) =>
      one.strong === true || (choice.mode !== 'single' && !(choice.hideZeros && one.numeric === 0)),
  );
  const chosen = choice.mode === 'single' ? wanted.filter((one) => one.strong) : wanted;
  const sorted = [...chosen];
  if (choice.sort !== 'none') {
    const sign = choice.sort === 'asc' ? 1 : -1;
    sorted.sort((a, b) => sign * (orderOf(a, sign) - orderOf(b, sign)));
  }
  if (sorted.length <= room) return { rows: sorted, more: 0 };
  const shown = sorted.slice(0, Math.max(1, room));
  const strong = sorted.find((one) => one.strong);
  if (strong !== undefined && !shown.includes(strong)) shown[shown.length - 1] = strong;
  return { rows: shown, more: sorted.length - shown.length };
}

/** What is no number comes last either way. */
const orderOf = (one: TooltipCandidate, sign: number): number =>
  Number.isNaN(one.numeric) ? sign * Number.MAX_VALUE : one.numeric;
