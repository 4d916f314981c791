// What is chosen of a variable once its options are known, and what that means in texts.

import type { TimeRangeMs } from '../frame';
import type { AdhocFilter, Variable, VariableOption } from '../model';
import { text } from '../model/json';
import { formatInterval, roundInterval } from '../query/interval';
import { parseInterval } from '../time';
import { matcherOf } from './adhoc';
import { ALL, plainValue, type ScopeValue } from './interpolate';
import { filterToUrl } from './url';

export const AUTO = '$__auto';

function isAll(variable: Variable, values: readonly string[]): boolean {
  return variable.includeAll && values.includes(ALL);
}

/** Types that have no options to choose among. */
const FREE: readonly string[] = ['textbox', 'constant', 'adhoc', 'groupby', 'system'];

/** Files of old hold the text where the value is meant. */
function known(options: readonly VariableOption[], value: string): VariableOption | undefined {
  return (
    options.find((option) => option.value === value) ??
    options.find((option) => option.text === value)
  );
}

/**
 * Keeps what is still there, or was typed; else All if it was All, else the first. `custom` are the
 * values that a person gave although they were no options.
 */
export function choose(
  variable: Variable,
  options: readonly VariableOption[],
  wanted: readonly string[],
  custom: ReadonlySet<string>,
): readonly string[] {
  if (FREE.includes(variable.type)) return wanted;
  if (isAll(variable, wanted)) return [ALL];
  // Files of old have it by its text.
  if (variable.includeAll && wanted.includes('All') && known(options, 'All') === undefined) {
    return [ALL];
  }
  const valid = wanted.flatMap((value) => {
    const option = known(options, value);
    if (option !== undefined) return [option.value];
    return variable.allowCustomValue && custom.has(value) ? [value] : [];
  });
  const unique = [...new Set(valid)];
  if (unique.length > 0) return variable.multi ? unique : unique.slice(0, 1);
  const [first] = options;
  if (first !== undefined) return [first.value];
  return variable.includeAll ? [ALL] : [];
}

export function textsOf(
  options: readonly VariableOption[],
  values: readonly string[],
): readonly string[] {
  return values.map((value) =>
    value === ALL ? 'All' : (options.find((option) => option.value === value)?.text ?? value),
  );
}

/** The interval that "auto" stands for over this range. */
export function autoInterval(variable: Variable, range: TimeRangeMs): string {
  const count = Math.max(variable.autoCount, 1);
  const rounded = roundInterval((range.to - range.from) / count);
  return formatInterval(Math.max(rounded, parseInterval(variable.autoMin) ?? 0));
}

function isAuto(value: string): boolean {
  return value === AUTO || value.startsWith('$__auto_interval');
}

function filtersValue(filters: readonly AdhocFilter[]): ScopeValue {
  const matchers = filters.map(matcherOf).filter((one) => one !== null);
  return { ...plainValue(matchers.join(',')), urlValues: filters.map(filterToUrl) };
}

export function scopeValue(
  variable: Variable,
  options: readonly VariableOption[],
  selected: readonly string[],
  filters: readonly AdhocFilter[],
  range: TimeRangeMs,
): ScopeValue {
  const skipUrl = variable.skipUrlSync || variable.type === 'constant';
  if (variable.type === 'adhoc') return { ...filtersValue(filters), skipUrl };
  const list = variable.multi || variable.includeAll;
  if (isAll(variable, selected)) {
    return {
      values: options.map(({ value }) => value),
      texts: options.map((option) => option.text),
      list,
      all: true,
      allValue: variable.allValue,
      urlValues: [ALL],
      skipUrl,
    };
  }
  const values = selected.map((value) =>
    variable.type === 'interval' && isAuto(value) ? autoInterval(variable, range) : value,
  );
  return {
    values,
    texts: textsOf(options, selected),
    list,
    all: false,
    allValue: null,
    urlValues: selected,
    skipUrl,
  };
}

/** A switch's two values. */
export function switchOptions(variable: Variable): readonly VariableOption[] {
  const on = text(variable.raw['enabledValue'], 'true');
  const off = text(variable.raw['disabledValue'], 'false');
  return [
    { text: on, value: on },
    { text: off, value: off },
  ];
}
