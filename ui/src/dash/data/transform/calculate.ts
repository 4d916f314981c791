// A new column from the others: row by row, of two columns, of one, along the rows.

import type { Field, FieldValue, Frame } from '../../frame';
import type { Json, JsonObject } from '../../model';
import { isObject, number, object, text, texts } from '../../model/json';
import { fieldMatcher } from '../matchers';
import { displayName } from '../names';
import { reduceField, reducerInfo } from '../reducers';
import { toNumber } from '../values';
import { ensureColumns } from './join';
import { makeField, timeFieldOf, withFields, type Transform } from './types';

type Columns = (frame: Frame) => readonly FieldValue[] | undefined;

/** A column by name, or one and the same number. */
interface Operand {
  readonly name: string;
  readonly fixed: string;
  readonly ofType?: string;
}

/** Old dashboards hold a name or a number as plain text. */
function operand(json: Json | undefined, frames: readonly Frame[]): Operand {
  if (isObject(json)) {
    const matcher = object(json['matcher']);
    const options = text(matcher['options']);
    if (matcher['id'] === 'byType') return { name: '', fixed: '', ofType: options };
    return { name: options, fixed: text(json['fixed']) };
  }
  const word = text(json);
  const isName = frames.some(({ fields }) => fields.some(({ name }) => name === word));
  const isFixed = word === '' || (!isName && !Number.isNaN(Number(word)));
  return isFixed ? { name: '', fixed: word } : { name: word, fixed: '' };
}

function valuesOf(
  { name, fixed }: Operand,
  frame: Frame,
  frames: readonly Frame[],
): readonly FieldValue[] | undefined {
  if (name !== '') {
    const field =
      frame.fields.find((one) => displayName(one, frame, frames) === name) ??
      frame.fields.find((one) => one.name === name);
    if (field !== undefined) return field.values;
  }
  const value = Number.parseFloat(fixed === '' ? name : fixed);
  return Number.isNaN(value) ? undefined : new Array<number>(frame.length).fill(value);
}

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '^': (a, b) => a ** b,
};

/** With a missing value on either side the answer is missing too, unless it counts as nothing. */
function operate(
  operator: string,
  left: readonly FieldValue[],
  right: readonly FieldValue[],
): FieldValue[] | undefined {
  const calculate = OPERATORS[operator];
  if (calculate === undefined) return undefined;
  return left.map((value, i) => {
    const other = right[i] ?? null;
    if (value === null && other === null) return null;
    return calculate(value === null ? 0 : toNumber(value), other === null ? 0 : toNumber(other));
  });
}

function binary(options: JsonObject, frames: readonly Frame[]): Columns {
  const rule = object(options['binary']);
  const left = operand(rule['left'], frames);
  const right = operand(rule['right'], frames);
  return (frame) => {
    const a = valuesOf(left, frame, frames);
    const b = valuesOf(right, frame, frames);
    return a === undefined || b === undefined
      ? undefined
      : operate(text(rule['operator'], '+'), a, b);
  };
}

const UNARY: Readonly<Record<string, (value: number, total: number) => number>> = {
  abs: Math.abs,
  exp: Math.exp,
  ln: Math.log,
  round: Math.round,
  floor: Math.floor,
  ceil: Math.ceil,
  percent: (value, total) => value / (total === 0 ? 1 : total),
};

function unary(options: JsonObject, frames: readonly Frame[]): Columns {
  const rule = object(options['unary']);
  const name = text(rule['fieldName']);
  const calculate = UNARY[text(rule['operator'], 'abs')];
  return (frame) => {
    const field = frame.fields.find(
      (one) => one.type === 'number' && displayName(one, frame, frames) === name,
    );
    if (field === undefined || calculate === undefined) return undefined;
    const total = field.values.reduce<number>((sum, value) => {
      const part = toNumber(value);
      return Number.isFinite(part) ? sum + part : sum;
    }, 0);
    return field.values.map((value) => (value === null ? null : calculate(toNumber(value), total)));
  };
}

/** The columns that are named, or all with numbers. */
function columnsOf(frame: Frame, frames: readonly Frame[], names: readonly string[]): Field[] {
  const fits =
    names.length === 0
      ? fieldMatcher({ id: 'numeric', options: undefined })
      : fieldMatcher({ id: 'byNames', options: { names } });
  return frame.fields.filter((field) => fits(field, frame, frames));
}

function reduceRow(options: JsonObject, frames: readonly Frame[]): Columns {
  const rule = object(options['reduce']);
  const id = text(rule['reducer'], 'sum');
  return (frame) => {
    const columns = columnsOf(frame, frames, texts(rule['include']));
    return Array.from({ length: frame.length }, (_, row): FieldValue => {
      const values = columns.map((column) => column.values[row] ?? null);
      return reduceField({ type: 'number', values }, [id])[id] ?? null;
    });
  };
}

const namedOf = (rule: JsonObject) => (text(rule['field']) === '' ? [] : [text(rule['field'])]);

function cumulative(options: JsonObject, frames: readonly Frame[]): Columns {
  const rule = object(options['cumulative']);
  const mean = rule['reducer'] === 'mean';
  return (frame) => {
    const [field] = columnsOf(frame, frames, namedOf(rule));
    let total = 0;
    return field?.values.map((value, i) => {
      total += value === null ? 0 : toNumber(value);
      return mean ? total / (i + 1) : total;
    });
  };
}

/** Over the rows up to each one, or around it. */
function moving(options: JsonObject, frames: readonly Frame[]): Columns {
  const rule = object(options['window']);
  const id = text(rule['reducer'], 'mean');
  const centred = rule['windowAlignment'] === 'centered';
  const size = number(rule['windowSize']) ?? 0.1;
  const share = rule['windowSizeMode'] !== 'fixed';
  return (frame) => {
    const [field] = columnsOf(frame, frames, namedOf(rule));
    const rows = Math.min(frame.length, Math.ceil(size * (share ? frame.length : 1)));
    if (field === undefined || !(rows > 0)) return undefined;
    const before = centred ? Math.floor(rows / 2) : rows - 1;
    const after = centred ? Math.ceil(rows / 2) - 1 : 0;
    return id === 'mean'
      ? movingMean(field.values, before, after)
      : field.values.map((_, i) => {
          const values = field.values.slice(Math.max(0, i - before), i + after + 1);
          return reduceField({ type: 'number', values }, [id])[id] ?? null;
        });
  };
}

/** With sums from the start, so that a wide window costs no more than a narrow one. */
export function movingMean(
  values: readonly FieldValue[],
  before: number,
  after: number,
): FieldValue[] {
  const sums = [0];
  const counts = [0];
  for (const [i, value] of values.entries()) {
    const part = value === null ? NaN : toNumber(value);
    const real = Number.isFinite(part);
    sums.push((sums[i] ?? 0) + (real ? part : 0));
    counts.push((counts[i] ?? 0) + (real ? 1 : 0));
  }
  return values.map((_, i) => {
    const from = Math.max(0, i - before);
    const to = Math.min(values.length, i + after + 1);
    const count = (counts[to] ?? 0) - (counts[from] ?? 0);
    return count === 0 ? 0 : ((sums[to] ?? 0) - (sums[from] ?? 0)) / count;
  });
}

const inBrackets = (name: string) => (name === '' ? '' : `(${name})`);

function nameOf(options: JsonObject, mode: string, frames: readonly Frame[]): string {
  const alias = text(options['alias']);
  if (alias !== '') return alias;
  const rule = (key: string) => object(options[key]);
  switch (mode) {
    case 'binary': {
      const { left, right, operator } = rule('binary');
      const sides = [left, right].map((side) => {
        const { name, fixed } = operand(side, frames);
        return name === '' ? fixed : name;
      });
      return sides.includes('') ? '' : sides.join(` ${text(operator, '+')} `);
    }
    case 'unary': {
      const { operator, fieldName } = rule('unary');
      return text(operator) + inBrackets(text(fieldName));
    }
    case 'cumulativeFunctions': {
      const { reducer, field } = rule('cumulative');
      return `cumulative ${text(reducer)}${inBrackets(text(field))}`;
    }
    case 'windowFunctions': {
      const { windowAlignment, reducer, field } = rule('window');
      return `${text(windowAlignment, 'trailing')} moving ${text(reducer)}${inBrackets(text(field))}`;
    }
    default:
      return reducerInfo(text(rule('reduce')['reducer'], 'sum'))?.name ?? 'math';
  }
}

/** The row's number, or its place among all. */
function index(frames: readonly Frame[], options: JsonObject): Frame[] {
  const share = object(options['index'])['asPercentile'] === true;
  return frames.map((frame) => {
    const values = Array.from({ length: frame.length }, (_, i) => (share ? i / frame.length : i));
    const plain = makeField(text(options['alias'], 'Row'), 'number', values);
    const field = share ? { ...plain, config: { ...plain.config, unit: 'percentunit' } } : plain;
    return withFields(
      frame,
      options['replaceFields'] === true ? [field] : [...frame.fields, field],
    );
  });
}

/** The same for every column of one type, each with its own result. */
function eachOfType(frames: readonly Frame[], options: JsonObject, type: string): Frame[] {
  const rule = object(options['binary']);
  const right = operand(rule['right'], frames);
  const operator = text(rule['operator'], '+');
  const replace = options['replaceFields'] === true;
  return frames.flatMap((frame) => {
    const other = valuesOf(right, frame, frames);
    const results = frame.fields.map((field): Field | undefined => {
      if (field.type !== type || other === undefined) return undefined;
      const values = operate(operator, field.values, other);
      const by = right.name === '' ? right.fixed : right.name;
      return values === undefined
        ? undefined
        : { ...field, name: `${field.name} ${operator} ${by}`, values };
    });
    if (replace && results.every((field) => field === undefined)) return [];
    const time = options['timeSeries'] === false ? undefined : timeFieldOf(frame);
    const fields = frame.fields.flatMap((field, i): Field[] => {
      const result = results[i];
      const kept = replace && field !== time ? [] : [field];
      return result === undefined ? kept : [...kept, result];
    });
    return [withFields(frame, fields)];
  });
}

function columnsFor(mode: string, options: JsonObject, frames: readonly Frame[]): Columns {
  switch (mode) {
    case 'binary':
      return binary(options, frames);
    case 'unary':
      return unary(options, frames);
    case 'cumulativeFunctions':
      return cumulative(options, frames);
    case 'windowFunctions':
      return moving(options, frames);
    default:
      return reduceRow(options, frames);
  }
}

/** A number on the right needs no other column, so series may stay apart. */
function isWithNumber(mode: string, options: JsonObject): boolean {
  const { right } = object(options['binary']);
  const fixed = isObject(right) ? right['fixed'] : right;
  return mode === 'binary' && fixed !== undefined && !Number.isNaN(Number(text(fixed)));
}

export const calculateField: Transform = (given, options, context) => {
  const mode = text(options['mode'], 'reduceRow');
  const asSeries = options['timeSeries'] !== false;
  const apart = !asSeries || isWithNumber(mode, options);
  const frames = apart ? given : ensureColumns(given, {}, context);
  if (mode === 'index') return index(frames, options);
  const left = operand(object(options['binary'])['left'], frames);
  if (mode === 'binary' && left.ofType !== undefined) {
    return eachOfType(frames, options, left.ofType);
  }
  const columns = columnsFor(mode, options, frames);
  const name = nameOf(options, mode, frames);
  const replace = options['replaceFields'] === true;
  return frames.flatMap((frame) => {
    const values = columns(frame);
    if (values === undefined) return replace ? [] : [frame];
    const plain = makeField(name, 'number', values);
    const aliased = text(options['alias']) === '' ? {} : { displayName: name };
    const field = { ...plain, config: { ...plain.config, ...aliased } };
    const time = asSeries ? timeFieldOf(frame) : undefined;
    const kept = replace ? (time === undefined ? [] : [time]) : frame.fields;
    return [withFields(frame, [...kept, field])];
  });
};
