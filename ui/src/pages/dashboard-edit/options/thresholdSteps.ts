// Steps of thresholds while someone edits them. They stay in the order in which they stand: a value
// that is still being typed does not jump away; whoever shows them sorts.

import type { Threshold, Thresholds } from '../../../dash/frame';

const NEXT = ['green', 'orange', 'red', 'purple', 'blue', 'yellow'];

export function addStep(value: Thresholds): Thresholds {
  const { steps } = value;
  const top = steps.at(-1);
  const before = steps.at(-2);
  const free = NEXT.find((one) => !steps.some(({ color }) => color === one)) ?? 'red';
  if (top === undefined) return { ...value, steps: [{ value: -Infinity, color: 'green' }] };
  const gap = before !== undefined && Number.isFinite(before.value) ? top.value - before.value : 10;
  const next = Number.isFinite(top.value) ? top.value + (gap > 0 ? gap : 10) : 80;
  return { ...value, steps: [...steps, { value: next, color: free }] };
}

export function setStep(value: Thresholds, at: number, change: Partial<Threshold>): Thresholds {
  return {
    ...value,
    steps: value.steps.map((step, i) => (i === at ? { ...step, ...change } : step)),
  };
}

/** The base stays: every value has a colour. */
export function removeStep(value: Thresholds, at: number): Thresholds {
  return at === 0 ? value : { ...value, steps: value.steps.filter((_, i) => i !== at) };
}

/** The same steps, in whichever order. */
export function sameSteps(a: Thresholds, b: Thresholds): boolean {
  const key = ({ steps }: Thresholds) =>
    steps
      .map(({ value, color }) => `${value} ${color}`)
      .sort()
      .join();
  return a.mode === b.mode && key(a) === key(b);
}
