import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState, type MouseEvent } from 'react';
import type { ColumnSummary } from '../../lib/columns';
import { formatFull, formatValue, type Unit } from '../../lib/units';
import type { GraphSeries } from './useGraphSeries';
import styles from './Legend.module.css';

export interface LegendProps {
  series: readonly GraphSeries[];
  unit: Unit;
  visible: ReadonlySet<number>;
  onOnly: (index: number) => void;
  onToggle: (index: number) => void;
  onFocus: (index: number | null) => void;
}

type SortKey = keyof ColumnSummary;
const COLUMNS: readonly (readonly [SortKey, string])[] = [
  ['min', 'Min'],
  ['mean', 'Mean'],
  ['max', 'Max'],
  ['last', 'Last'],
];
const ROW_PX = 26;

export function Legend({ series, unit, visible, onOnly, onToggle, onFocus }: LegendProps) {
  const [sort, setSort] = useState<{ key: SortKey; down: boolean } | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const order = useMemo(() => {
    const indices = series.map((_, i) => i);
    if (sort === null) return indices;
    const of = (i: number) => series[i]?.summary[sort.key] ?? -Infinity;
    return indices.sort((a, b) => (sort.down ? of(b) - of(a) : of(a) - of(b)));
  }, [series, sort]);
  // eslint-disable-next-line react-hooks/incompatible-library -- not memoised by a compiler here
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });

  const sortBy = (key: SortKey) =>
    setSort((now) =>
      now?.key !== key ? { key, down: true } : now.down ? { key, down: false } : null,
    );

  return (
    <div className={styles.legend} role="group" aria-label="Legend">
      <div className={styles.head}>
        <span className={styles.hint}>
          {series.length > 1 ? 'Click: only this one. Ctrl-click: on or off.' : ''}
        </span>
        {COLUMNS.map(([key, title]) => (
          <button
            key={key}
            type="button"
            className={styles.sort}
            data-key={key}
            onClick={() => sortBy(key)}
          >
            {title}
            {sort?.key === key &&
              (sort.down ? <IconArrowDown size={12} /> : <IconArrowUp size={12} />)}
          </button>
        ))}
      </div>
      <div ref={scroller} className={styles.scroller} onMouseLeave={() => onFocus(null)}>
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((item) => {
            const index = order[item.index] ?? 0;
            const one = series[index];
            if (one === undefined) return null;
            const shown = visible.has(index);
            return (
              <button
                key={one.full}
                type="button"
                className={styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
                aria-pressed={shown}
                title={one.full}
                onMouseEnter={() => onFocus(shown ? index : null)}
                onClick={(event: MouseEvent) =>
                  event.ctrlKey || event.metaKey ? onToggle(index) : onOnly(index)
                }
              >
                <span className={styles.swatch} style={{ background: one.colour }} />
                <span className={styles.label}>
                  {one.parts.map(([name, value]) => (
                    <span key={name} className={styles.part}>
                      {name !== '' && <span className={styles.name}>{`${name}=`}</span>}
                      {value}
                    </span>
                  ))}
                </span>
                {COLUMNS.map(([key]) => (
                  <Figure key={key} name={key} value={one.summary[key]} unit={unit} />
                ))}
              </button>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Figure({ name, value, unit }: { name: SortKey; value: number | null; unit: Unit }) {
  return (
    <span
      className={styles.figure}
      data-key={name}
      title={value === null ? undefined : formatFull(value)}
    >
      {value === null ? '–' : formatValue(value, unit)}
    </span>
  );
}
