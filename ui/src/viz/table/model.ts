// Rows and columns of a table: which are shown, how wide, in which order.

import type { FieldValue, ShownField, ShownFrame } from '../../dash/frame';
import { isHidden, shownText } from '../shared/fields';
import { textWidth } from '../shared/measure';
import { at, choiceAt, flagAt, isRecord, numberAt, textAt, type Options } from '../shared/options';

export type CellKind =
  | 'auto'
  | 'color-text'
  | 'color-background'
  | 'gauge'
  | 'sparkline'
  | 'json-view'
  | 'image'
  | 'data-links'
  | 'pill'
  | 'markdown';

const KINDS: readonly CellKind[] = [
  'auto',
  'color-text',
  'color-background',
  'gauge',
  'sparkline',
  'json-view',
  'image',
  'data-links',
  'pill',
  'markdown',
];

/** As older dashboards call them. */
const OLD_KINDS: Readonly<Record<string, CellKind>> = {
  'color-background-solid': 'color-background',
  'gradient-gauge': 'gauge',
  'lcd-gauge': 'gauge',
  basic: 'gauge',
  gradient: 'gauge',
  lcd: 'gauge',
};

export interface CellStyle {
  readonly kind: CellKind;
  readonly gaugeMode: 'basic' | 'gradient' | 'lcd';
  readonly gaugeText: 'text' | 'color' | 'hidden';
  readonly gradientGround: boolean;
  readonly wholeRow: boolean;
}

export interface ColumnModel {
  readonly index: number;
  readonly field: ShownField;
  readonly title: string;
  readonly align: 'left' | 'center' | 'right';
  readonly cell: CellStyle;
  readonly filterable: boolean;
  readonly wraps: boolean;
  readonly fixed: number | undefined;
  readonly least: number;
}

export function cellStyle(custom: Options): CellStyle {
  const written = textAt(custom, 'cellOptions.type', textAt(custom, 'displayMode', 'auto'));
  const kind = KINDS.find((one) => one === written) ?? OLD_KINDS[written] ?? 'auto';
  const old = written.startsWith('gradient')
    ? 'gradient'
    : written.startsWith('lcd')
      ? 'lcd'
      : 'basic';
  return {
    kind,
    gaugeMode: choiceAt(custom, 'cellOptions.mode', ['basic', 'gradient', 'lcd'], old),
    gaugeText: choiceAt(
      custom,
      'cellOptions.valueDisplayMode',
      ['text', 'color', 'hidden'],
      'text',
    ),
    gradientGround: textAt(custom, 'cellOptions.mode') === 'gradient',
    wholeRow: flagAt(custom, 'cellOptions.applyToRow'),
  };
}

/** Fields of frames within frames are the lines of sparklines. */
export const isFrameValue = (value: FieldValue | undefined): boolean =>
  typeof value === 'object' && value !== null && ('fields' in value || 'value' in value);

export function columnsOf(frame: ShownFrame): readonly ColumnModel[] {
  return frame.fields.flatMap((field, index) => {
    const { custom } = field.config;
    if (isHidden(field, 'viz')) return [];
    const align = choiceAt(custom, 'align', ['auto', 'left', 'center', 'right'], 'auto');
    const given = numberAt(custom, 'width');
    const least = numberAt(custom, 'minWidth');
    const style = cellStyle(custom);
    const cell: CellStyle =
      style.kind === 'auto' && isFrameValue(field.values.find((one) => one !== null))
        ? { ...style, kind: 'sparkline' }
        : style;
    return [
      {
        index,
        field,
        title: flagAt(custom, 'hideHeader') ? '' : field.displayName,
        align: align === 'auto' ? (field.type === 'number' ? 'right' : 'left') : align,
        cell,
        filterable: flagAt(custom, 'filterable') || field.config.filterable === true,
        wraps: flagAt(custom, 'wrapText') || flagAt(custom, 'cellOptions.wrapText'),
        fixed: given !== undefined && given > 0 ? given : undefined,
        least: least !== undefined && least > 0 ? least : 50,
      },
    ];
  });
}

const SAMPLE = 60;
const MOST = 420;

/** What a column would like to have, from its heading and its first rows. */
function naturalWidth(column: ColumnModel, font: string): number {
  const { field, cell, title } = column;
  if (cell.kind === 'gauge' || cell.kind === 'sparkline') return 180;
  let widest = textWidth(title, font, 600) * 13 + (column.filterable ? 44 : 22);
  for (const value of field.values.slice(0, SAMPLE)) {
    const text = shownText(field.display(value));
    widest = Math.max(widest, textWidth(text, font) * 13 + (cell.kind === 'pill' ? 16 : 0));
  }
  return Math.min(MOST, Math.ceil(widest) + 24);
}

/** Fixed ones first; the others get what they need and share what is left over. */
export function columnWidths(
  columns: readonly ColumnModel[],
  room: number,
  font: string,
): readonly number[] {
  const wanted = columns.map((one) => one.fixed ?? Math.max(one.least, naturalWidth(one, font)));
  const total = wanted.reduce((sum, one) => sum + one, 0);
  const free = columns.filter((one) => one.fixed === undefined);
  if (free.length === 0 || total === room) return wanted;
  if (total < room) {
    // Columns of text take more of the spare room than figures do.
    const weights: number[] = columns.map((one) =>
      one.fixed === undefined ? (one.field.type === 'number' ? 1 : 2) : 0,
    );
    const sum = weights.reduce((a, b) => a + b);
    return wanted.map((one, i) => one + ((room - total) * (weights[i] ?? 0)) / sum);
  }
  // Wide columns give way first, none below a readable width.
  const floor = (i: number) => Math.max(columns[i]?.least ?? 50, Math.min(wanted[i] ?? 0, 110));
  const spare = wanted.map((one, i) =>
    columns[i]?.fixed === undefined ? Math.max(0, one - floor(i)) : 0,
  );
  const slack = spare.reduce((a, b) => a + b, 0);
  const cut = Math.min(slack, total - room);
  return wanted.map((one, i) => (slack === 0 ? one : one - (cut * (spare[i] ?? 0)) / slack));
}

export interface TableSort {
  readonly column: number;
  readonly down: boolean;
}

export function firstSort(options: Options, columns: readonly ColumnModel[]): TableSort | null {
  const list = at(options, 'sortBy');
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (!isRecord(first)) return null;
  const column = columns.find(
    (one) =>
      one.field.displayName === first['displayName'] || one.field.name === first['displayName'],
  );
  return column === undefined ? null : { column: column.index, down: first['desc'] === true };
}

/** Rows that are empty in this column come last either way. */
export function sortRows(
  rows: readonly number[],
  field: ShownField | undefined,
  down: boolean,
): readonly number[] {
  if (field === undefined) return rows;
  const sign = down ? -1 : 1;
  const numeric = field.type === 'number' || field.type === 'time' || field.type === 'boolean';
  const keys = new Map<number, number | string | null>();
  for (const row of rows) {
    const value = field.values[row] ?? null;
    if (numeric) {
      const read = Number(value ?? NaN);
      keys.set(row, value === null || Number.isNaN(read) ? null : read);
    } else keys.set(row, value === null ? null : sortText(field, value));
  }
  return [...rows].sort((a, b) => {
    const [x, y] = [keys.get(a) ?? null, keys.get(b) ?? null];
    if (x === null) return y === null ? a - b : 1;
    if (y === null) return -1;
    const order =
      typeof x === 'number' && typeof y === 'number'
        ? x - y
        : String(x).localeCompare(String(y), undefined, { numeric: true });
    return order === 0 ? a - b : sign * order;
  });
}

function sortText(field: ShownField, value: FieldValue): number | string {
  if (!isFrameValue(value)) return shownText(field.display(value));
  return isRecord(value) && typeof value['value'] === 'number' ? value['value'] : '';
}

export type Filters = ReadonlyMap<number, ReadonlySet<string>>;

export function filterRows(frame: ShownFrame, filters: Filters): readonly number[] {
  const rows = Array.from({ length: frame.length }, (_, i) => i);
  if (filters.size === 0) return rows;
  return rows.filter((row) =>
    [...filters].every(([column, allowed]) => {
      const field = frame.fields[column];
      return (
        field === undefined || allowed.has(shownText(field.display(field.values[row] ?? null)))
      );
    }),
  );
}

export const ROW_HEIGHT: Readonly<Record<string, number>> = { sm: 32, md: 40, lg: 52, auto: 32 };
