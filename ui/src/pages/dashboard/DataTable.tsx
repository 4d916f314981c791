import { useRef } from 'react';
import type { Field, FieldValue, Frame } from '../../dash/frame';
import { formatDateTime } from '../../lib/time';
import { useVirtualRows } from '../../viz/shared/useVirtualRows';
import styles from './dialogs.module.css';

export interface DataTableProps {
  frame: Frame;
  nameOf: (field: Field, index: number) => string;
  /** As panels show it: units, mappings. */
  formatted: boolean;
}

const ROW_PX = 26;
const VIEW_PX = 420;

interface Displayable {
  readonly display: (value: FieldValue) => {
    readonly prefix: string;
    readonly text: string;
    readonly suffix: string;
  };
}

function canDisplay(field: object): field is Displayable {
  return typeof Reflect.get(field, 'display') === 'function';
}

function cellText(field: Field, value: FieldValue, formatted: boolean): string {
  if (formatted && canDisplay(field)) {
    const { prefix, text, suffix } = field.display(value);
    return `${prefix}${text}${suffix}`;
  }
  if (value === null) return 'null';
  if (field.type === 'time' && typeof value === 'number') return formatDateTime(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** All rows, however many: only those in view are there. */
export function DataTable({ frame, nameOf, formatted }: DataTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualRows(frame.length, ROW_PX, VIEW_PX);
  const shown = Array.from({ length: rows.last - rows.first }, (_, i) => rows.first + i);
  return (
    <>
      <div
        ref={box}
        className={styles.table}
        style={{ maxHeight: VIEW_PX }}
        tabIndex={0}
        onScroll={rows.onScroll}
      >
        <table>
          <thead>
            <tr>
              {frame.fields.map((field, i) => (
                <th key={i} data-type={field.type} scope="col">
                  {nameOf(field, i)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr style={{ height: rows.first * ROW_PX }} aria-hidden />
            {shown.map((row) => (
              <tr key={row} style={{ height: ROW_PX }}>
                {frame.fields.map((field, i) => (
                  <td key={i} data-type={field.type}>
                    {cellText(field, field.values[row] ?? null, formatted)}
                  </td>
                ))}
              </tr>
            ))}
            <tr style={{ height: (frame.length - rows.last) * ROW_PX }} aria-hidden />
          </tbody>
        </table>
      </div>
      <p className={styles.note}>{`${frame.length} rows, ${frame.fields.length} columns`}</p>
    </>
  );
}
