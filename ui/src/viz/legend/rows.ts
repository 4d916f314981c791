// The rows of a legend and their order.

export interface LegendValue {
  readonly title: string;
  readonly text: string;
  readonly numeric: number;
}

export interface LegendItem {
  /** What hiding goes by. */
  readonly name: string;
  readonly colour: string;
  readonly values: readonly LegendValue[];
  /** Swatch: a line, or a field for areas and pieces. */
  readonly shape?: 'line' | 'dash' | 'square';
  /** Right-hand axis. */
  readonly right?: boolean;
}

export interface LegendSort {
  readonly by: string;
  readonly down: boolean;
}

const plain = (text: string): string => text.replace(/[\s*]+/g, '').toLowerCase();

/** Sorted by a column's title ("Last *", "Name"); an unknown title leaves the order alone. */
export function sortLegend(
  items: readonly LegendItem[],
  sort: LegendSort | null,
): readonly LegendItem[] {
  if (sort === null || sort.by === '') return items;
  const sign = sort.down ? -1 : 1;
  if (plain(sort.by) === 'name') {
    return [...items].sort(
      (a, b) => sign * a.name.localeCompare(b.name, undefined, { numeric: true }),
    );
  }
  const column = items[0]?.values.findIndex((one) => plain(one.title) === plain(sort.by)) ?? -1;
  if (column < 0) return items;
  const of = (item: LegendItem) => item.values[column]?.numeric ?? NaN;
  return [...items].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (Number.isNaN(x)) return Number.isNaN(y) ? 0 : 1;
    return Number.isNaN(y) ? -1 : sign * (x - y);
  });
}

/** A click shows one alone, a second click all; with ctrl it switches that one. */
export function nextHidden(
  all: readonly string[],
  hidden: ReadonlySet<string>,
  name: string,
  toggle: boolean,
): ReadonlySet<string> {
  if (toggle) {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    return next;
  }
  const others = new Set(all.filter((one) => one !== name));
  const alone = !hidden.has(name) && [...others].every((one) => hidden.has(one));
  return alone ? new Set<string>() : others;
}

export type LegendPlace = 'bottom' | 'right' | 'none';

export interface LegendChoice {
  readonly show: boolean;
  readonly mode: 'list' | 'table';
  readonly place: 'bottom' | 'right';
  readonly width: number | undefined;
}

/** Where it goes in a panel of this size: small panels keep their room for the drawing. */
export function placeLegend(choice: LegendChoice, width: number, height: number): LegendPlace {
  if (!choice.show || height < 90 || width < 140) return 'none';
  if (choice.place === 'right' && width >= 360) return 'right';
  return height < 150 ? 'none' : 'bottom';
}

/** Pixels of width for one on the right. */
export function legendWidth(
  choice: LegendChoice,
  items: readonly LegendItem[],
  width: number,
): number {
  if (choice.width !== undefined && choice.width > 0) return Math.min(choice.width, width * 0.7);
  const longest = items.reduce((max, one) => Math.max(max, one.name.length), 4);
  const columns =
    choice.mode === 'table' ? columnWidths(items).reduce((sum, one) => sum + one + 6, 0) : 0;
  const inline =
    choice.mode === 'list'
      ? items.reduce((max, one) => Math.max(max, valuesLength(one)), 0) * 6.4
      : 0;
  const wanted = 44 + longest * 6.6 + columns + inline;
  return Math.round(Math.max(110, Math.min(wanted, width * (columns > 0 ? 0.6 : 0.4))));
}

/** Pixels that the figures of each column take. */
export function columnWidths(items: readonly LegendItem[]): readonly number[] {
  return (items[0]?.values ?? []).map((first, i) => {
    const longest = items
      .slice(0, 200)
      .reduce((max, one) => Math.max(max, one.values[i]?.text.length ?? 0), first.title.length + 2);
    return Math.round(Math.max(44, Math.min(130, longest * 7 + 4)));
  });
}

const valuesLength = (item: LegendItem): number =>
  item.values.reduce((sum, one) => sum + one.title.length + one.text.length + 3, 0);
