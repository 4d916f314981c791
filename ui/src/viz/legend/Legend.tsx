import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useMemo, useRef, useState, type MouseEvent } from 'react';
import { useSize } from '../shared/useSize';
import { useVirtualRows } from '../shared/useVirtualRows';
import { columnWidths, nextHidden, sortLegend, type LegendItem, type LegendSort } from './rows';
import styles from './legend.module.css';

export interface LegendProps {
  items: readonly LegendItem[];
  mode: 'list' | 'table';
  place: 'bottom' | 'right';
  sort: LegendSort | null;
  hidden: ReadonlySet<string>;
  onHidden: (hidden: ReadonlySet<string>) => void;
  onFocus?: (name: string | null) => void;
}

const ROW_PX = 22;
const MANY = 100;

/** Names, colours and figures of the series. Everything in it is text, whatever a label holds. */
export function Legend(props: LegendProps) {
  const { items, mode, place, hidden, onHidden, onFocus } = props;
  const [own, setOwn] = useState<LegendSort | null>(null);
  const sorted = useMemo(() => sortLegend(items, own ?? props.sort), [items, own, props.sort]);
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const rows = useVirtualRows(sorted.length, ROW_PX, size?.height ?? 200);
  const flowing = mode === 'list' && place === 'bottom' && items.length <= MANY;

  const press = (name: string) => (event: MouseEvent) => {
    const all = items.map((one) => one.name);
    onHidden(nextHidden(all, hidden, name, event.ctrlKey || event.metaKey));
  };
  const columns = mode === 'table' ? (items[0]?.values ?? []) : [];
  const grid =
    mode === 'table'
      ? `12px minmax(36px, 1fr) ${columnWidths(items)
          .map((one) => `minmax(${one}px, 12%)`)
          .join(' ')}`
      : undefined;
  const item = (one: LegendItem, i: number, top?: number) => (
    <button
      key={`${i} ${one.name}`}
      type="button"
      className={styles.item}
      style={
        top === undefined
          ? undefined
          : { transform: `translateY(${top}px)`, gridTemplateColumns: grid }
      }
      aria-pressed={!hidden.has(one.name)}
      title={one.name}
      onClick={press(one.name)}
      onMouseEnter={() => onFocus?.(hidden.has(one.name) ? null : one.name)}
      onMouseLeave={() => onFocus?.(null)}
    >
      <span className={styles.swatch} data-shape={one.shape} style={{ color: one.colour }} />
      <span className={styles.name}>{one.name}</span>
      {one.values.map((value) => (
        <span key={value.title} className={styles.value} data-testid="legend-value">
          {mode === 'list' && value.title !== '' && (
            <span className={styles.valueTitle}>{value.title}</span>
          )}
          {value.text}
        </span>
      ))}
    </button>
  );

  if (flowing) {
    return (
      <div className={styles.flow} role="group" aria-label="Legend">
        {sorted.map((one, i) => item(one, i))}
      </div>
    );
  }
  return (
    <div className={styles.legend} data-mode={mode} role="group" aria-label="Legend">
      {columns.length > 0 && (
        <div className={styles.head} style={{ gridTemplateColumns: grid }}>
          <SortButton title="Name" sort={own ?? props.sort} onSort={setOwn} />
          {columns.map(({ title }) => (
            <SortButton key={title} title={title} sort={own ?? props.sort} onSort={setOwn} />
          ))}
        </div>
      )}
      <div ref={box} className={styles.scroller} onScroll={rows.onScroll}>
        <div className={styles.rows} style={{ height: rows.total }}>
          {sorted
            .slice(rows.first, rows.last)
            .map((one, i) => item(one, rows.first + i, (rows.first + i) * ROW_PX))}
        </div>
      </div>
    </div>
  );
}

interface SortButtonProps {
  title: string;
  sort: LegendSort | null;
  onSort: (sort: LegendSort) => void;
}

function SortButton({ title, sort, onSort }: SortButtonProps) {
  const on = sort?.by.toLowerCase() === title.toLowerCase();
  return (
    <button
      type="button"
      className={styles.sort}
      aria-pressed={on}
      onClick={() => onSort({ by: title, down: on ? !sort.down : title !== 'Name' })}
    >
      <span className={styles.sortTitle}>{title.replace(/ \*$/, '')}</span>
      {on && (sort.down ? <IconArrowDown size={12} /> : <IconArrowUp size={12} />)}
    </button>
  );
}
