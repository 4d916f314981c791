// The conditions of "filter by value", each on one value.

import type { FieldValue } from '../../frame';
import type { Json, JsonObject } from '../../model';
import { text } from '../../model/json';
import { toNumber, toText } from '../values';
import type { TransformContext } from './types';

type Test = (value: FieldValue) => boolean;

const isBlank = (value: FieldValue) => value === null;

/** Options are numbers or text that is one; "12" is 12 to all but texts. */
function equals(value: FieldValue, wanted: Json | undefined): boolean {
  if (value === null) return wanted === null || wanted === undefined;
  if (typeof value === 'string') return value === text(wanted);
  const number = wanted === true ? 1 : wanted === false ? 0 : Number(text(wanted, 'NaN'));
  return toNumber(value) === (text(wanted) === '' && typeof wanted === 'string' ? 0 : number);
}

function compare(
  option: Json | undefined,
  context: TransformContext,
  holds: (value: number, limit: number) => boolean,
): Test {
  const limit = Number(context.interpolate(text(option)));
  // A missing value counts as nothing: those who drop what is below 1 mean it too.
  return (value) => holds(isBlank(value) ? 0 : toNumber(value), limit);
}

function contains(option: Json | undefined): Test {
  const part = text(option).toLowerCase();
  return (value) =>
    part === '' || (typeof value === 'string' && value.toLowerCase().includes(part));
}

function matches(pattern: string): Test {
  try {
    const regex = new RegExp(pattern);
    return (value) => !isBlank(value) && regex.test(toText(value));
  } catch {
    return () => false;
  }
}

/** A condition that nobody knows holds for nothing. */
export function valueMatcher(id: string, options: JsonObject, context: TransformContext): Test {
  const option = options['value'];
  switch (id) {
    case 'isNull':
      return isBlank;
    case 'isNotNull':
      return (value) => !isBlank(value);
    case 'equal':
      return (value) => equals(value, option);
    case 'notEqual':
      return (value) => !equals(value, option);
    case 'greater':
      return compare(option, context, (value, limit) => value > limit);
    case 'greaterOrEqual':
      return compare(option, context, (value, limit) => value >= limit);
    case 'lower':
      return compare(option, context, (value, limit) => value < limit);
    case 'lowerOrEqual':
      return compare(option, context, (value, limit) => value <= limit);
    case 'between': {
      const from = compare(options['from'], context, (value, limit) => value > limit);
      const to = compare(options['to'], context, (value, limit) => value < limit);
      return (value) => from(value) && to(value);
    }
    case 'regex':
      return matches(text(option, '.*'));
    case 'substring':
      return contains(option);
    case 'notSubstring': {
      const has = contains(option);
      return (value) =>
        text(option) !== '' && typeof value === 'string' && value !== '' && !has(value);
    }
    default:
      return () => false;
  }
}
