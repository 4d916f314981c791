import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import type { QueryResult } from '../../api/query';
import { matchesFilter, parseFilter, toggleLabelTerm } from '../../lib/filter';
import type { Unit } from '../../lib/units';
import { formatCount } from '../../lib/units';
import { FilterBox } from '../../parts/FilterBox';
import { ResultRow } from './ResultRow';
import { toRows } from './rows';
import { Button } from '../../parts/Button';
import styles from './ResultTable.module.css';

export interface ResultTableProps {
  result: QueryResult;
  unit: Unit;
}

/** Only beyond this many rows does a filter save more time than it costs room. */
const FILTER_FROM = 8;

export function ResultTable({ result, unit }: ResultTableProps) {
  const [filter, setFilter] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const rows = toRows(result);
  const terms = parseFilter(filter);
  const shown = rows.filter((row) => matchesFilter(terms, row.labels, [row.name]));
  // eslint-disable-next-line react-hooks/incompatible-library -- not memoised by a compiler here
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 34,
    overscan: 10,
  });
  const pick = (name: string, value: string, exclude: boolean) =>
    setFilter((now) => toggleLabelTerm(now, name, value, exclude));

  return (
    <div className={styles.result}>
      {(rows.length >= FILTER_FROM || filter !== '') && (
        <div className={styles.bar}>
          <FilterBox
            className={styles.filter}
            value={filter}
            onChange={setFilter}
            placeholder="Filter these rows by text or label"
          />
          {filter !== '' && (
            <span className={styles.count}>
              {`${shown.length} of ${formatCount(rows.length, 'row')}`}
            </span>
          )}
        </div>
      )}
      <div
        ref={scroller}
        className={styles.scroller}
        tabIndex={0}
        role="region"
        aria-label="Result rows"
      >
        <div role="table" aria-rowcount={shown.length + 1}>
          <div role="row" className={styles.head}>
            <span role="columnheader">Series</span>
            <span role="columnheader">Value</span>
          </div>
          <div role="rowgroup" className={styles.rows} style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const row = shown[item.index];
              if (row === undefined) return null;
              return (
                <ResultRow
                  key={item.key}
                  row={row}
                  unit={unit}
                  index={item.index}
                  start={item.start}
                  measure={virtual.measureElement}
                  onPick={pick}
                />
              );
            })}
          </div>
        </div>
      </div>
      {shown.length === 0 && (
        <p className={styles.none}>
          {`None of the ${formatCount(rows.length, 'row')} matches the filter. `}
          <Button size="xs" variant="default" onClick={() => setFilter('')}>
            Clear the filter
          </Button>
        </p>
      )}
    </div>
  );
}
