import { formatDateTime } from '../../lib/time';
import { formatFull, formatValue, type Unit } from '../../lib/units';
import { LabelChips } from '../../parts/LabelChips';
import { HistogramCell } from './HistogramCell';
import type { TableRow } from './rows';
import styles from './ResultTable.module.css';

export interface ResultRowProps {
  row: TableRow;
  unit: Unit;
  index: number;
  start: number;
  measure: (element: Element | null) => void;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

const MAX_SAMPLES = 200;

export function ResultRow({ row, unit, index, start, measure, onPick }: ResultRowProps) {
  return (
    <div
      role="row"
      ref={measure}
      data-index={index}
      className={styles.row}
      style={{ transform: `translateY(${start}px)` }}
    >
      <div role="cell" className={styles.series}>
        {row.name !== '' && <span className={styles.name}>{row.name}</span>}
        <LabelChips labels={row.labels} onPick={onPick} />
      </div>
      <div role="cell" className={styles.value} title={formatDateTime(row.timeMs)}>
        <Value row={row} unit={unit} />
      </div>
    </div>
  );
}

function Value({ row, unit }: { row: TableRow; unit: Unit }) {
  const { value, more } = row;
  if (value.kind === 'histogram') return <HistogramCell histogram={value.histogram} />;
  if (value.kind === 'text') return <>{value.text}</>;
  if (more.length > 0) {
    return (
      <ul>
        {more.slice(-MAX_SAMPLES).map((sample) => (
          <li key={sample.timeMs}>
            {sample.text} <span className={styles.dim}>{formatDateTime(sample.timeMs)}</span>
          </li>
        ))}
        {more.length > MAX_SAMPLES && (
          <li className={styles.dim}>{`${more.length - MAX_SAMPLES} earlier`}</li>
        )}
      </ul>
    );
  }
  const short = formatValue(value.number, unit);
  const full = Number.isFinite(value.number) ? formatFull(value.number) : value.text;
  return (
    <>
      {(unit !== 'none' || Math.abs(value.number) >= 1e6) && short !== full && (
        <span className={styles.dim}>{short}</span>
      )}
      <span>{full}</span>
    </>
  );
}
