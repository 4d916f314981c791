// Series on top of one another, by group and by side of zero.

import type { Column } from './join';

export interface StackInput {
  readonly values: Column;
  readonly mode: 'none' | 'normal' | 'percent';
  readonly group: string;
  /** Drawn downwards. */
  readonly negative: boolean;
  readonly shown: boolean;
}

export interface Stacked {
  readonly columns: readonly Column[];
  /** Upper and lower series of each field between two lines. */
  readonly bands: readonly (readonly [number, number])[];
}

export const isNegative = (values: Column): boolean => {
  let seen = false;
  for (const value of values) {
    if (value == null) continue;
    if (value > 0) return false;
    if (value < 0) seen = true;
  }
  return seen;
};

export function stackColumns(inputs: readonly StackInput[]): Stacked {
  const groups = new Map<string, number[]>();
  inputs.forEach((one, i) => {
    if (one.mode === 'none' || !one.shown) return;
    const key = JSON.stringify([one.mode, one.group, one.negative]);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [i]);
    else members.push(i);
  });
  const columns: Column[] = inputs.map((one) => one.values);
  const bands: (readonly [number, number])[] = [];
  for (const members of groups.values()) {
    const totals = inputs[members[0] ?? 0]?.mode === 'percent' ? sums(inputs, members) : null;
    const running = new Float64Array(inputs[members[0] ?? 0]?.values.length ?? 0);
    members.forEach((index, place) => {
      columns[index] = (inputs[index]?.values ?? []).map((value, row) => {
        if (value == null) return value;
        running[row] = (running[row] ?? 0) + value;
        const total = totals === null ? 1 : (totals[row] ?? 0);
        return total === 0 ? 0 : (running[row] ?? 0) / total;
      });
      const below = members[place - 1];
      if (below !== undefined) bands.push([index, below]);
    });
  }
  return { columns, bands };
}

function sums(inputs: readonly StackInput[], members: readonly number[]): Float64Array {
  const totals = new Float64Array(inputs[members[0] ?? 0]?.values.length ?? 0);
  for (const index of members) {
    inputs[index]?.values.forEach((value, row) => {
      totals[row] = (totals[row] ?? 0) + Math.abs(value ?? 0);
    });
  }
  return totals;
}
