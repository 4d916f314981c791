// Lines and areas of the graph of old: "above 80", "below 10".

import { flag, number, text, type Draft } from '../json';

const NAMED = new Map([
  ['critical', 'red'],
  ['warning', 'orange'],
  ['ok', 'green'],
]);

function colorOf(one: Draft): string {
  const mode = text(one['colorMode'], 'critical');
  if (mode === 'custom') {
    return text(
      flag(one['fill']) ? one['fillColor'] : one['lineColor'],
      text(one['fillColor'], 'red'),
    );
  }
  return NAMED.get(mode) ?? 'red';
}

export function graphThresholds(old: readonly Draft[]): {
  readonly thresholds: Draft | null;
  readonly style: string;
} {
  const list = old
    .map((one) => ({ value: number(one['value']), below: one['op'] === 'lt', raw: one }))
    .filter((one) => one.value !== undefined)
    .sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
  if (list.length === 0) return { thresholds: null, style: 'off' };
  const steps: Draft[] = [];
  list.forEach(({ value = 0, below, raw }, i) => {
    const color = colorOf(raw);
    if (!below) {
      if (steps.length === 0) steps.push({ value: null, color: 'transparent' });
      steps.push({ value, color });
      return;
    }
    // The stretch under this value, from the one before it on.
    if (steps.length === 0) steps.push({ value: null, color });
    else if (list[i - 1]?.below === true) {
      const last = steps.at(-1);
      if (last !== undefined) last['color'] = color;
    }
    steps.push({ value, color: 'transparent' });
  });
  const area = list.some(({ raw }) => flag(raw['fill']));
  const line = list.some(({ raw }) => flag(raw['line']));
  const style = area && line ? 'line+area' : area ? 'area' : line ? 'line' : 'off';
  return { thresholds: { mode: 'absolute', steps }, style };
}
