import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useMemo, useRef, useState } from 'react';
import type { ShownFrame } from '../../dash/frame';
import { linksAt } from '../shared/links';
import { choiceAt, flagAt, numberAt } from '../shared/options';
import { useSize } from '../shared/useSize';
import { useVizTheme } from '../shared/theme';
import { useVirtualRows } from '../shared/useVirtualRows';
import type { VizProps } from '../types';
import { Cell } from './Cell';
import { FilterMenu } from './FilterMenu';
import { footerTexts } from './footer';
import { Pager } from './Pager';
import {
  columnsOf,
  columnWidths,
  filterRows,
  firstSort,
  ROW_HEIGHT,
  sortRows,
  type ColumnModel,
  type Filters,
  type TableSort,
} from './model';
import styles from './table.module.css';

export interface TableGridProps extends VizProps {
  frame: ShownFrame;
}

const HEAD_PX = 32;
const PAGER_PX = 34;

export function TableGrid(props: TableGridProps) {
  const { frame, options, width, height } = props;
  const theme = useVizTheme();
  const scroller = useRef<HTMLDivElement>(null);
  const inner = useSize(scroller);
  const columns = useMemo(() => columnsOf(frame), [frame]);
  const widths = useMemo(
    () => columnWidths(columns, (inner?.width ?? width) - 1, theme.font),
    [columns, inner?.width, width, theme.font],
  );
  const [sort, setSort] = useState<TableSort | null | undefined>(undefined);
  const [filters, setFilters] = useState<Filters>(new Map());
  const [page, setPage] = useState(0);
  const used = sort === undefined ? firstSort(options, columns) : sort;
  const rows = useMemo(() => {
    const kept = filterRows(frame, filters);
    return used === null ? kept : sortRows(kept, frame.fields[used.column], used.down);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `used` is made anew each time
  }, [frame, filters, used?.column, used?.down]);

  const rowPx = rowHeight(columns, options);
  const headPx = flagAt(options, 'showHeader', true) ? HEAD_PX : 0;
  const footer = useMemo(
    () =>
      footerTexts(frame, columns, rows, options, { theme: theme.scheme, timezone: props.timezone }),
    [frame, columns, rows, options, theme, props.timezone],
  );
  const paged = flagAt(options, 'enablePagination') || flagAt(options, 'footer.enablePagination');
  const room = height - headPx - (footer === null ? 0 : HEAD_PX) - (paged ? PAGER_PX : 0);
  const perPage = paged ? Math.max(1, Math.floor(room / rowPx)) : rows.length;
  const pages = Math.max(1, Math.ceil(rows.length / Math.max(1, perPage)));
  const at = Math.min(page, pages - 1);
  const shown = paged ? rows.slice(at * perPage, (at + 1) * perPage) : rows;
  const view = useVirtualRows(shown.length, rowPx, Math.max(rowPx, room));
  const total = widths.reduce((sum, one) => sum + one, 0);
  const ground = columns.find((one) => one.cell.wholeRow && one.cell.kind === 'color-background');

  const onSort = (column: number) =>
    setSort(
      used?.column !== column ? { column, down: false } : used.down ? null : { column, down: true },
    );
  const onFilter = (column: number) => (allowed: ReadonlySet<string> | undefined) => {
    const next = new Map(filters);
    if (allowed === undefined) next.delete(column);
    else next.set(column, allowed);
    setFilters(next);
    setPage(0);
  };

  return (
    <>
      <div
        ref={scroller}
        className={styles.scroller}
        role="table"
        aria-label={props.panel.title}
        aria-rowcount={rows.length}
        tabIndex={0}
        onScroll={view.onScroll}
      >
        {headPx > 0 && (
          <div className={styles.head} role="row" style={{ width: total }}>
            {columns.map((column, i) => (
              <HeadCell
                key={column.index}
                column={column}
                width={widths[i] ?? 0}
                sort={used?.column === column.index ? used : null}
                onSort={() => onSort(column.index)}
                chosen={filters.get(column.index)}
                onFilter={onFilter(column.index)}
              />
            ))}
          </div>
        )}
        <div className={styles.rows} role="rowgroup" style={{ height: view.total, width: total }}>
          {shown.slice(view.first, view.last).map((row, i) => (
            <div
              key={row}
              className={styles.row}
              role="row"
              style={{ height: rowPx, transform: `translateY(${(view.first + i) * rowPx}px)` }}
            >
              {columns.map((column, k) => (
                <Cell
                  key={column.index}
                  column={column}
                  row={row}
                  width={widths[k] ?? 0}
                  height={rowPx}
                  links={linksAt(frame, column.field, row, props)}
                  theme={theme}
                  ground={
                    ground === undefined
                      ? null
                      : ground.field.display(ground.field.values[row] ?? null).color
                  }
                />
              ))}
            </div>
          ))}
          {rows.length === 0 && <p className={styles.hint}>No row matches the filter.</p>}
        </div>
        {footer !== null && (
          <div className={styles.foot} role="row" style={{ width: total }}>
            {columns.map((column, i) => (
              <div
                key={column.index}
                role="cell"
                className={styles.cell}
                style={{ width: widths[i] ?? 0, justifyContent: ALIGN[column.align] }}
                title={footer[i]}
              >
                <span className={styles.text}>{footer[i]}</span>
              </div>
            ))}
          </div>
        )}
      </div>
      {paged && (
        <Pager page={at} pages={pages} rows={rows.length} perPage={perPage} onPage={setPage} />
      )}
    </>
  );
}

const ALIGN = { left: 'flex-start', center: 'center', right: 'flex-end' };

function rowHeight(columns: readonly ColumnModel[], options: VizProps['options']): number {
  const size = choiceAt(options, 'cellHeight', ['sm', 'md', 'lg', 'auto'], 'sm');
  const base = ROW_HEIGHT[size] ?? 32;
  const wraps = columns.some((one) => one.wraps);
  const most = numberAt(options, 'maxRowHeight');
  const tall = wraps ? base * 2 : base;
  return most === undefined || most <= 0 ? tall : Math.max(20, Math.min(tall, most));
}

interface HeadCellProps {
  column: ColumnModel;
  width: number;
  sort: TableSort | null;
  onSort: () => void;
  chosen: ReadonlySet<string> | undefined;
  onFilter: (chosen: ReadonlySet<string> | undefined) => void;
}

function HeadCell({ column, width, sort, onSort, chosen, onFilter }: HeadCellProps) {
  return (
    <div
      role="columnheader"
      className={styles.headCell}
      aria-sort={sort === null ? 'none' : sort.down ? 'descending' : 'ascending'}
      style={{ width, justifyContent: ALIGN[column.align] }}
    >
      <button type="button" className={styles.sort} title={column.title} onClick={onSort}>
        <span className={styles.text}>{column.title}</span>
        {sort !== null && (sort.down ? <IconArrowDown size={13} /> : <IconArrowUp size={13} />)}
      </button>
      {column.filterable && <FilterMenu field={column.field} chosen={chosen} onChange={onFilter} />}
    </div>
  );
}
