import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo, useMemo } from 'react';
import type { Panel } from '../../dash/model';
import { interpolate, withScopedVars } from '../../dash/variables/interpolate';
import { useSession, useSessionState } from './context';
import styles from './dashboard.module.css';

export interface RowHeaderProps {
  row: Panel;
  rowKey: string;
  top: number;
}

export const RowHeader = memo(function RowHeader({ row, rowKey, top }: RowHeaderProps) {
  const session = useSession();
  const scope = useSessionState((state) => state.scope);
  const open = useSessionState((state) => state.rows.get(rowKey) ?? !row.collapsed);
  const title = useMemo(
    () => interpolate(row.title, withScopedVars(scope, row.scopedVars), 'text'),
    [row, scope],
  );
  const Sign = open ? IconChevronDown : IconChevronRight;
  const count = row.panels.length;
  return (
    <h2 className={styles.row} style={{ top }}>
      <button
        type="button"
        className={styles.rowButton}
        aria-expanded={open}
        onClick={() => session.toggleRow(rowKey, !open)}
      >
        <Sign size={16} aria-hidden />
        <span className={styles.rowTitle}>{title === '' ? 'Row' : title}</span>
        {!open && count > 0 && (
          <span className={styles.rowCount}>{`${count} ${count === 1 ? 'panel' : 'panels'}`}</span>
        )}
      </button>
    </h2>
  );
});
