// The last row of a table: a figure for each column.

import { calcValues } from '../../dash/data/reduceOptions';
import { reducerInfo } from '../../dash/data/reducers';
import { shownText } from '../shared/fields';
import { flagAt, textsAt, type Options } from '../shared/options';
import type { ShownFrame } from '../../dash/frame';
import type { ColumnModel } from './model';

export interface FooterContext {
  readonly theme: 'light' | 'dark';
  readonly timezone: string;
}

/** One text a column; null: the table has no footer. */
export function footerTexts(
  frame: ShownFrame,
  columns: readonly ColumnModel[],
  rows: readonly number[],
  options: Options,
  context: FooterContext,
): readonly string[] | null {
  const shared = flagAt(options, 'footer.show');
  const calcs = textsAt(options, 'footer.reducer');
  const only = textsAt(options, 'footer.fields');
  const own = columns.map((one) => textsAt(one.field.config.custom, 'footer.reducers'));
  if (!shared && own.every((one) => one.length === 0)) return null;
  if (shared && flagAt(options, 'footer.countRows') && calcs.includes('count')) {
    return columns.map((_, i) => (i === 0 ? `${rows.length} rows` : ''));
  }
  const texts = columns.map((column, i) => {
    const { field } = column;
    const mine = own[i] ?? [];
    const wanted = mine.length > 0 ? mine : shared ? calcs : [];
    if (wanted.length === 0 || (mine.length === 0 && !takes(column, only))) return '';
    const part = { ...field, values: rows.map((row) => field.values[row] ?? null) };
    return calcValues(part, wanted, context)
      .map(({ title, display }) =>
        wanted.length > 1 ? `${title} ${shownText(display)}` : shownText(display),
      )
      .join(', ');
  });
  const name = calcs.map((one) => reducerInfo(one)?.name ?? one).join(', ');
  if (shared && texts[0] === '' && frame.length > 0) texts[0] = name;
  return texts;
}

function takes({ field }: ColumnModel, only: readonly string[]): boolean {
  if (field.type !== 'number') return false;
  return only.length === 0 || only.includes(field.displayName) || only.includes(field.name);
}
