import { useRef, useState, type KeyboardEvent } from 'react';
import {
  closedAtFirst,
  planRows,
  slowestPart,
  type PlanNode,
  type PlanRow,
} from '../../lib/planTree';
import { PlanRowView } from './PlanRowView';
import { SlowestLine } from './SlowestLine';
import styles from './plan.module.css';

export interface PlanTreeProps {
  plan: PlanNode;
  /** Shows a part of the query in the editor. */
  onLight: (node: PlanNode | null) => void;
}

/** The plan from the result at the top to what is read at the bottom. */
export function PlanTree({ plan, onLight }: PlanTreeProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => closedAtFirst(plan));
  const [current, setCurrent] = useState('0');
  const list = useRef<HTMLUListElement>(null);
  const rows = planRows(plan, closed);
  const slowest = slowestPart(plan);
  const active = rows.some((row) => row.key === current) ? current : '0';

  const focus = (key: string) => {
    setCurrent(key);
    list.current?.querySelector<HTMLElement>(`[data-key="${key}"]`)?.focus();
  };
  const setOpen = (key: string, open: boolean) => {
    const next = new Set(closed);
    if (open) next.delete(key);
    else next.add(key);
    setClosed(next);
  };
  /** Opens all above a part and goes there; the row may have to be drawn first. */
  const reveal = (key: string) => {
    const steps = key.split('.');
    const above = new Set(steps.map((_, i) => steps.slice(0, i).join('.')));
    setClosed(new Set([...closed].filter((one) => !above.has(one))));
    requestAnimationFrame(() => focus(key));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const index = rows.findIndex((row) => row.key === active);
    const row = rows[index];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = keyTarget(event.key, rows, index);
    if (to !== undefined) focus(to.key);
    else if (event.key === 'ArrowRight' && row.open === false) setOpen(row.key, true);
    else if (event.key === 'ArrowLeft' && row.open === true) setOpen(row.key, false);
    else if ((event.key === 'Enter' || event.key === ' ') && row.open !== null)
      setOpen(row.key, !row.open);
    else return;
    event.preventDefault();
  };

  return (
    <>
      {slowest !== null && (
        <SlowestLine slowest={slowest} onLight={onLight} onGo={() => reveal(slowest.key)} />
      )}
      <div className={styles.head} aria-hidden>
        <span>Part of the query</span>
        <span>Own time</span>
        <span>Series</span>
        <span>Points</span>
        <span>Samples</span>
        <span>Memory</span>
      </div>
      <ul
        ref={list}
        className={styles.tree}
        role="tree"
        aria-label="Plan of the query"
        onKeyDown={onKeyDown}
        onMouseLeave={() => onLight(null)}
        onBlur={() => onLight(null)}
      >
        {rows.map((row) => (
          <PlanRowView
            key={row.key}
            row={row}
            active={row.key === active}
            slowest={row.key === slowest?.key}
            onLight={() => onLight(row.node)}
            onFocus={() => setCurrent(row.key)}
            onToggle={() => {
              if (row.open !== null) setOpen(row.key, !row.open);
            }}
          />
        ))}
      </ul>
    </>
  );
}

/** Where a key leads; undefined for keys that lead nowhere from here. */
function keyTarget(key: string, rows: readonly PlanRow[], index: number): PlanRow | undefined {
  const row = rows[index];
  switch (key) {
    case 'ArrowDown':
      return rows[index + 1];
    case 'ArrowUp':
      return index > 0 ? rows[index - 1] : undefined;
    case 'Home':
      return rows[0];
    case 'End':
      return rows.at(-1);
    case 'ArrowRight':
      return row?.open === true ? rows[index + 1] : undefined;
    case 'ArrowLeft':
      return row !== undefined && row.open !== true
        ? rows.findLast((other, i) => i < index && other.depth < row.depth)
        : undefined;
    default:
      return undefined;
  }
}
