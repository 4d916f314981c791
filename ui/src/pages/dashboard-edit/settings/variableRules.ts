// Names of variables, and where they are used.

import type { Dashboard, Variable, VariableType } from '../../../dash/model';
import { toJson } from '../../../dash/model/save';
import { allPanelsOf } from '../../../dash/model/layout';
import { writePanel } from '../../../dash/model/panel';

export const TYPES: readonly { readonly value: VariableType; readonly name: string }[] = [
  { value: 'query', name: 'Query: values that a data source knows' },
  { value: 'custom', name: 'Custom: a list of your own' },
  { value: 'textbox', name: 'Text box: whatever someone types' },
  { value: 'constant', name: 'Constant: hidden, the same for all' },
  { value: 'datasource', name: 'Data source: which of them is asked' },
  { value: 'interval', name: 'Interval: spans of time' },
  { value: 'adhoc', name: 'Filters: on any label, added to every query' },
];

export function nameError(name: string, others: readonly Pick<Variable, 'name'>[]): string | null {
  if (name.trim() === '') return 'A variable needs a name';
  if (!/^[A-Za-z_]\w*$/.test(name)) return 'Letters, digits and _ only, no digit first';
  if (name.startsWith('__')) return 'Names with two underscores first are the program’s own';
  return others.some((one) => one.name === name) ? `There is a variable ${name} already` : null;
}

export function freeName(variables: readonly Pick<Variable, 'name'>[], wanted: string): string {
  const taken = new Set(variables.map(({ name }) => name));
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/\d+$/, '');
  for (let n = 1; ; n++) if (!taken.has(`${stem}${n}`)) return `${stem}${n}`;
}

/** "used by 3 panels", "not used". */
export function usesOf(dashboard: Dashboard, name: string): string {
  const pattern = new RegExp(
    `\\$${name}\\b|\\$\\{${name}[}:.]|\\[\\[${name}[\\]:]|"repeat":"${name}"`,
  );
  const panels = allPanelsOf(dashboard).filter((panel) =>
    pattern.test(JSON.stringify(writePanel({ ...panel, panels: [] }))),
  ).length;
  if (panels > 0) return `used by ${panels} ${panels === 1 ? 'panel' : 'panels'}`;
  const rest = { ...toJson(dashboard), panels: [] };
  return pattern.test(JSON.stringify(rest)) ? 'used by the dashboard' : 'not used';
}

export const SORTS = [
  'As they come',
  'A to Z',
  'Z to A',
  'Numbers, rising',
  'Numbers, falling',
  'a to z, whatever case',
  'z to a, whatever case',
  'Natural, rising',
  'Natural, falling',
].map((name, i) => ({ value: String(i), name }));
