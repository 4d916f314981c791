// Value mappings as rows that are edited: files keep all single values in one mapping, people see
// each by itself.

import type { MappingResult, ValueMapping } from '../../../dash/frame';

export interface MappingRow {
  readonly kind: 'value' | 'range' | 'regex' | 'special';
  /** Value, pattern or special word. */
  readonly match: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly text: string;
  readonly color: string;
  /** Icon and place, which are kept. */
  readonly rest: MappingResult;
}

export const SPECIAL_NAMES = [
  { value: 'null', name: 'Missing (null)' },
  { value: 'nan', name: 'Not a number' },
  { value: 'null+nan', name: 'Missing or not a number' },
  { value: 'true', name: 'True' },
  { value: 'false', name: 'False' },
  { value: 'empty', name: 'Empty text' },
];

const SPECIAL = ['null', 'nan', 'null+nan', 'true', 'false', 'empty'] as const;

const EMPTY: MappingRow = {
  kind: 'value',
  match: '',
  from: null,
  to: null,
  text: '',
  color: '',
  rest: {},
};

function row(result: MappingResult, more: Partial<MappingRow>): MappingRow {
  return {
    ...EMPTY,
    text: result.text ?? '',
    color: result.color ?? '',
    rest: result,
    ...more,
  };
}

export function toRows(mappings: readonly ValueMapping[]): readonly MappingRow[] {
  return mappings.flatMap((one): readonly MappingRow[] => {
    switch (one.type) {
      case 'value':
        return Object.entries(one.options).map(([match, result]) => row(result, { match }));
      case 'range':
        return [row(one.result, { kind: 'range', from: one.from, to: one.to })];
      case 'regex':
        return [row(one.result, { kind: 'regex', match: one.pattern })];
      case 'special':
        return [row(one.result, { kind: 'special', match: one.match })];
    }
  });
}

function resultOf({ text, color, rest }: MappingRow): MappingResult {
  const { icon, index } = rest;
  return {
    ...(text === '' ? {} : { text }),
    ...(color === '' || color === 'transparent' ? {} : { color }),
    ...(icon === undefined ? {} : { icon }),
    ...(index === undefined ? {} : { index }),
  };
}

function mappingOf(one: MappingRow): ValueMapping {
  const result = resultOf(one);
  switch (one.kind) {
    case 'value':
      return { type: 'value', options: { [one.match]: result } };
    case 'range':
      return { type: 'range', from: one.from, to: one.to, result };
    case 'regex':
      return { type: 'regex', pattern: one.match, result };
    case 'special': {
      const match = SPECIAL.find((word) => word === one.match) ?? 'null';
      return { type: 'special', match, result };
    }
  }
}

/** Each row stays a mapping of its own, so that rows keep their places whatever is typed. */
export function fromRows(rows: readonly MappingRow[]): readonly ValueMapping[] {
  return rows.map(mappingOf);
}

export function newRow(rows: readonly MappingRow[]): MappingRow {
  return { ...EMPTY, kind: rows.at(-1)?.kind ?? 'value' };
}

export function withKind(one: MappingRow, kind: string): MappingRow {
  if (kind === 'special') return { ...one, kind, match: 'null' };
  if (kind === 'range') return { ...one, kind };
  if (kind === 'regex' || kind === 'value') {
    return { ...one, kind, match: one.kind === 'special' ? '' : one.match };
  }
  return one;
}
